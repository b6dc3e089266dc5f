#include "parser/containers.h"

#include <algorithm>

#include "parser/kmsg.h"
#include "parser/lava_log.h"
#include "parser/logcat.h"
#include "parser/scan.h"

namespace parser {
namespace {

// Of a JSON object that has a line for each key: what a line after the first may begin with.
bool may_be_json_line(std::string_view trimmed) {
  if (trimmed.empty()) return false;
  const char first = trimmed.front();
  return first == '"' || first == '}' || first == ']' || first == '[' || is_digit(first);
}

// "dmesg": [ of dmesg -J
bool is_dmesg_wrapper(std::string_view trimmed) {
  if (!skip(trimmed, "\"dmesg\"")) return false;
  trimmed = trim_left(trimmed);
  return skip(trimmed, ":") && trim_left(trimmed) == "[";
}

}  // namespace

// A line of text as it stands, its prefixes taken off.
void ContainerReader::put_raw(std::string_view raw, std::uint64_t number) {
  if (used_ == items_.size()) items_.emplace_back();
  auto& item = items_[used_++];
  item.text = raw;
  item.line = prefixes_.read(item.text, number);
}

// A record's text, a line of its own for each of its lines.
void ContainerReader::put(const Line& line, std::uint64_t number) {
  auto rest = line.text;
  do {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (used_ == items_.size()) items_.emplace_back();
    auto& item = items_[used_++];
    item.text = rest.substr(0, end);
    // What LineSplitter takes out of bytes, records bring in again as escapes.
    item.text.erase(std::remove_if(item.text.begin(), item.text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }),
                    item.text.end());
    item.line = line;
    item.line.text = item.text;
    item.line.number = number;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  } while (!rest.empty());
}

void ContainerReader::unpack(std::string_view raw, std::uint64_t number) {
  if (mail_.wants(raw)) {
    if (mail_.take(raw, number)) read_whole(mail_.line(), mail_.number());
  } else {
    read_whole(raw, number);
  }
  busy_ = mail_.on() || in_dmesg_ || after_kmsg_ || !held_.empty();
}

void ContainerReader::read_whole(std::string_view raw, std::uint64_t number) {
  if (take_json_line(raw, number)) return;
  if (read_one(raw, number)) return;
  put_raw(raw, number);
}

// Records of one line each.
bool ContainerReader::read_one(std::string_view raw, std::uint64_t number) {
  if (after_kmsg_ && is_kmsg_key(raw)) return true;
  after_kmsg_ = false;
  if (raw.empty()) return false;
  if (raw.front() == '{') {
    if (raw.starts_with("{\"frames\"") || raw.find("\"MESSAGE\"") == std::string_view::npos) return false;
    const auto line = json_.read(raw, text_);
    if (line) put(*line, number);
    return line.has_value();
  }
  if (raw.front() == '-') {
    const auto kind = read_lava(raw, text_);
    if (kind == LavaLine::none) return false;
    if (kind == LavaLine::own) {
      Line line;
      line.text = text_;
      line.userspace = true;
      put(line, number);
      return true;
    }
    std::string_view rest = text_;
    do {
      const auto end = std::min(rest.find('\n'), rest.size());
      put_raw(trim_right(rest.substr(0, end)), number);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (!rest.empty());
    return true;
  }
  if (!is_digit(raw.front())) return false;
  if (may_be_kmsg(raw)) {
    if (const auto line = read_kmsg(raw, text_)) {
      put(*line, number);
      after_kmsg_ = true;
      return true;
    }
  }
  if (may_be_logcat(raw)) {
    if (const auto line = read_logcat(raw, text_)) {
      put(*line, number);
      return true;
    }
  }
  return false;
}

// Objects that have a line for each key, as json-pretty and dmesg -J print them. True if the line is dealt
// with.
bool ContainerReader::take_json_line(std::string_view raw, std::uint64_t number) {
  const auto trimmed = trim_right(trim_left(raw));
  if (held_.empty()) {
    if (in_dmesg_ && trimmed == "]") {
      in_dmesg_ = false;
      return true;
    }
    // A file of dmesg -J may begin in the middle.
    if (trimmed != "{" && trimmed != "},{") return false;
    held_.emplace_back(number, std::string(raw));
    held_bytes_ = raw.size();
    return true;
  }
  if (held_.size() == 1 && is_dmesg_wrapper(trimmed)) {
    in_dmesg_ = true;
    held_.clear();
    return true;
  }
  if (!may_be_json_line(trimmed) || held_.size() >= kMaxHeldLines || held_bytes_ > kMaxHeldBytes) {
    release_held();
    return take_json_line(raw, number);
  }
  held_.emplace_back(number, std::string(raw));
  held_bytes_ += raw.size();
  if (trimmed.front() != '}') return true;
  end_object();
  if (trimmed == "},{") {
    held_.emplace_back(number, "{");
    held_bytes_ = 1;
  }
  return true;
}

void ContainerReader::end_object() {
  std::string object;
  for (const auto& [number, line] : held_) object.append(line).append("\n");
  object.resize(object.rfind('}') + 1);
  object.erase(0, object.find('{'));
  const auto line = json_.read(object, text_);
  if (!line) return release_held();
  put(*line, held_.front().first);
  held_.clear();
}

// The lines of an object that came to nothing, as they are.
void ContainerReader::release_held() {
  const auto held = std::exchange(held_, {});
  for (const auto& [number, line] : held) put_raw(line, number);
}

void ContainerReader::flush() {
  if (mail_.finish()) read_whole(mail_.line(), mail_.number());
  release_held();
}

}  // namespace parser
