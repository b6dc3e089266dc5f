#include "symbolize/answer_cache.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace symbolize {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "depot-analyze symbols 2";
constexpr char kBetween = '\t';
constexpr std::string_view kEnding = ".symbols";

// Text that could be taken for a border between fields or lines is in no kernel, but may be in a damaged
// file.
bool storable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

std::uint64_t checksum(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return sum;
}

class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}
  bool good() const { return good_; }
  bool at_end() const { return at_end_; }
  std::string_view text() {
    good_ = good_ && !at_end_;
    const std::size_t end = rest_.find(kBetween);
    const std::string_view field = rest_.substr(0, end);
    at_end_ = end == std::string_view::npos;
    rest_ = at_end_ ? std::string_view() : rest_.substr(end + 1);
    return field;
  }
  template <typename Number>
  Number number() {
    const std::string_view field = text();
    Number value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    good_ = good_ && error == std::errc() && end == field.data() + field.size();
    return value;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
  bool at_end_ = false;
};

void add_place(std::string& line, const std::string& function, const std::string& file,
               std::uint64_t number) {
  line += kBetween + function + kBetween + file + kBetween + std::to_string(number);
}

// reason, size_differs, and with a location: its address and symbol, the frame's place, then the inlined
// ones.
std::string encode(const Answer& answer) {
  std::string line = answer.reason + kBetween + (answer.size_differs ? "1" : "0");
  if (!answer.location) return line;
  const Location& location = *answer.location;
  line += kBetween + std::to_string(location.address);
  add_place(line, location.symbol, std::to_string(location.offset), location.size);
  add_place(line, location.function, location.file, location.line);
  for (const Place& place : location.inlined) add_place(line, place.function, place.file, place.line);
  return line;
}

std::optional<Answer> decode(std::string_view line) {
  Fields fields(line);
  Answer answer;
  answer.reason = fields.text();
  answer.size_differs = fields.text() == "1";
  if (!fields.at_end()) {
    Location location;
    location.address = fields.number<std::uint64_t>();
    location.symbol = fields.text();
    location.offset = fields.number<std::uint64_t>();
    location.size = fields.number<std::uint64_t>();
    location.function = fields.text();
    location.file = fields.text();
    location.line = fields.number<unsigned>();
    while (fields.good() && !fields.at_end()) {
      Place place;
      place.function = fields.text();
      place.file = fields.text();
      place.line = fields.number<unsigned>();
      location.inlined.push_back(std::move(place));
    }
    answer.location = std::move(location);
  }
  if (!fields.good()) return std::nullopt;
  return answer;
}

}  // namespace

AnswerCache::AnswerCache(CachePlace place) : place_(std::move(place)) {
  kept_ = load();
}

std::string AnswerCache::key(const Query& query, std::optional<std::uint64_t> address) {
  std::string key(query.symbol);
  key += '+' + std::to_string(query.offset);
  key += '/' + (query.size ? std::to_string(*query.size) : std::string("-"));
  key += '@' + (address ? std::to_string(*address) : std::string("-"));
  key += query.exact_pc ? '!' : '?';
  return key;
}

std::optional<Answer> AnswerCache::find(const std::string& key) const {
  const auto found = kept_.find(key);
  return found != kept_.end() ? decode(found->second) : std::nullopt;
}

void AnswerCache::add(std::string key, const Answer& answer) {
  if (!kept_at_all() || kept_.size() >= kMostAnswers) return;
  const auto plain = [](const Place& place) { return storable(place.function) && storable(place.file); };
  if (!storable(key) || !storable(answer.reason)) return;
  if (answer.location) {
    const Location& location = *answer.location;
    if (!plain({location.function, location.file, 0}) || !storable(location.symbol)) return;
    if (!std::all_of(location.inlined.begin(), location.inlined.end(), plain)) return;
  }
  changed_ = true;
  kept_.insert_or_assign(std::move(key), encode(answer));
}

std::string AnswerCache::path() const {
  return place_.folder + "/" + place_.build_id + std::string(kEnding);
}

std::string AnswerCache::header() const {
  return std::string(kFormat) + kBetween + place_.build_id + kBetween + place_.context;
}

// The file: the header, a line per answer, and last the checksum of all before it.
AnswerCache::Lines AnswerCache::load() const {
  Lines lines;
  if (!kept_at_all()) return lines;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path(), error);
  if (error || size > kMostBytes) return lines;
  std::ifstream file(path(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t last = bytes.empty() ? std::string::npos : bytes.rfind('\n', bytes.size() - 1);
  if (last == std::string::npos) return lines;
  const std::string_view body = std::string_view(bytes).substr(0, last + 1);
  if (bytes.substr(last + 1) != std::to_string(checksum(body))) return lines;
  std::size_t at = body.find('\n');
  if (body.substr(0, at) != header()) return lines;
  for (++at; at < body.size();) {
    const std::size_t end = body.find('\n', at);
    const std::string_view line = body.substr(at, end - at);
    const std::size_t border = line.find(kBetween);
    if (border != std::string_view::npos) lines.emplace(line.substr(0, border), line.substr(border + 1));
    at = end + 1;
  }
  return lines;
}

void AnswerCache::save() {
  if (!changed_ || !storable(place_.context)) return;
  changed_ = false;
  std::error_code error;
  fs::create_directories(place_.folder, error);
  Lines lines = load();
  for (const auto& line : kept_) lines.insert_or_assign(line.first, line.second);
  std::string bytes = header() + '\n';
  for (const auto& line : lines) {
    if (bytes.size() + line.first.size() + line.second.size() + 64 > kMostBytes) break;
    bytes += line.first + kBetween + line.second + '\n';
  }
  bytes += std::to_string(checksum(bytes));
  std::string temporary = path() + ".XXXXXX";
  const int handle = ::mkstemp(temporary.data());
  if (handle < 0) return;
  ::close(handle);
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (file) fs::rename(temporary, path(), error);
    if (!file || error) fs::remove(temporary, error);
  }
  limit_folder();
}

void AnswerCache::limit_folder() const {
  struct Stored {
    fs::path path;
    fs::file_time_type time;
    std::uintmax_t size = 0;
  };
  std::vector<Stored> stored;
  std::error_code error;
  std::uint64_t total = 0;
  fs::directory_iterator at(place_.folder, error);
  for (const fs::directory_iterator end; !error && at != end; at.increment(error)) {
    // Only what is ours, left-over temporary files included.
    if (at->path().filename().string().find(kEnding) == std::string::npos) continue;
    std::error_code gone;
    Stored entry{at->path(), at->last_write_time(gone), at->file_size(gone)};
    if (gone) continue;
    total += entry.size;
    stored.push_back(std::move(entry));
  }
  std::sort(stored.begin(), stored.end(), [](const Stored& a, const Stored& b) { return a.time < b.time; });
  for (const Stored& entry : stored) {
    if (total <= kMostFolderBytes) break;
    fs::remove(entry.path, error);
    total -= entry.size;
  }
}

}  // namespace symbolize
