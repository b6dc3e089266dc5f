#include "cli/log_annotator.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "parser/kernel_image.h"
#include "parser/prefix.h"

namespace cli {
namespace {

constexpr char kEscape = '\x1b';

// The line without NUL bytes and colours; `origin` says where each of its bytes was.
std::string cleaned(std::string_view raw, std::vector<std::size_t>& origin) {
  std::string text;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == '\0') continue;
    if (raw[at] == kEscape && at + 1 < raw.size() && raw[at + 1] == '[') {
      at += 2;
      while (at < raw.size() && (raw[at] < '@' || raw[at] > '~')) ++at;
      continue;
    }
    text.push_back(raw[at]);
    origin.push_back(at);
  }
  return text;
}

bool names_image(std::string_view line) {
  return line.find("Linux version ") != std::string_view::npos ||
         line.find("Comm: ") != std::string_view::npos ||
         line.find("Kernel Offset: ") != std::string_view::npos;
}

std::string key_of(const symbolize::Query& query) {
  std::string key;
  const auto text = [&key](std::string_view part) { key.append(part).push_back('\n'); };
  const auto number = [&](const std::optional<std::uint64_t>& value) {
    text(value ? std::to_string(*value) : std::string());
  };
  text(query.symbol);
  number(query.offset);
  number(query.size);
  text(query.module);
  text(query.build_id);
  number(query.address);
  number(query.kaslr_offset);
  key.push_back(query.exact_pc ? '!' : '?');
  return key;
}

}  // namespace

void LogAnnotator::feed(std::string_view chunk) {
  held_.append(chunk);
  if (held_.size() >= kBatch) pause();
}

void LogAnnotator::pause() {
  auto whole = held_.rfind('\n');
  whole = whole == std::string::npos ? 0 : whole + 1;
  // A line without an end must not be collected for ever.
  if (held_.size() - whole > kBatch) whole = held_.size();
  if (whole == 0) return;
  work(std::string_view(held_).substr(0, whole));
  held_.erase(0, whole);
}

void LogAnnotator::end_input() {
  work(held_);
  held_.clear();
  finder_ = {};
  images_.assign(1, {});
}

void LogAnnotator::work(std::string_view batch) {
  references_.clear();
  lines_.clear();
  kept_.clear();
  images_.erase(images_.begin(), images_.end() - 1);
  for (std::size_t at = 0; at < batch.size();) {
    const auto newline = batch.find('\n', at);
    const auto end = newline == std::string_view::npos ? batch.size() : newline + 1;
    read_line(batch, at, end);
    at = end;
  }
  if (!references_.empty()) ask();
  print(batch);
}

void LogAnnotator::read_line(std::string_view batch, std::size_t begin, std::size_t end) {
  auto raw = batch.substr(begin, end - begin);
  if (raw.ends_with('\n')) raw.remove_suffix(1);
  while (raw.ends_with('\r')) raw.remove_suffix(1);
  if (raw.size() > kLongestLine) return;
  auto line = raw;
  std::vector<std::size_t> origin;
  const bool dirty = std::memchr(raw.data(), 0, raw.size()) != nullptr ||
                     std::memchr(raw.data(), kEscape, raw.size()) != nullptr;
  if (dirty) line = kept_.emplace_back(cleaned(raw, origin));
  if (names_image(line)) {
    const auto text = parser::read_line(line, 0).text;
    if (text.starts_with("Linux version ")) images_.emplace_back();
    if (const auto offset = parser::read_kernel_offset(text)) images_.back().kaslr_offset = offset;
    if (const auto id = parser::read_kernel_build_id(text); !id.empty()) images_.back().build_id = id;
  }
  auto found = finder_.find(line);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [](const parser::CodeReference& reference) { return reference.has_place; }),
              found.end());
  if (found.empty()) return;
  lines_.push_back({begin, raw.size(), end, references_.size(), found.size()});
  for (auto& reference : found) {
    if (dirty) {
      reference.begin = origin[reference.begin];
      // Behind the last byte, and before what was taken out there.
      reference.end = origin[reference.end - 1] + 1;
    }
    references_.push_back({reference, images_.size() - 1, nullptr});
  }
}

symbolize::Query LogAnnotator::query_of(const Reference& reference) const {
  const auto& code = reference.reference;
  const auto& image = images_[reference.image];
  symbolize::Query query;
  query.symbol = code.symbol;
  query.offset = code.offset;
  query.size = code.size;
  query.module = code.module;
  query.build_id = code.module.empty() ? image.build_id : code.build_id;
  query.address = code.address;
  query.kaslr_offset = image.kaslr_offset;
  query.exact_pc = code.exact;
  return query;
}

void LogAnnotator::ask() {
  if (answers_.size() > kMostAnswers) answers_.clear();
  std::vector<symbolize::Query> queries;
  std::vector<symbolize::Answer*> places;
  for (auto& reference : references_) {
    const auto query = query_of(reference);
    const auto [known, fresh] = answers_.try_emplace(key_of(query));
    reference.answer = &known->second;  // stays where it is, however the map grows
    if (!fresh) continue;
    queries.push_back(query);
    places.push_back(&known->second);
  }
  if (!queries.empty()) {
    auto answers = resolve_(queries);
    for (std::size_t i = 0; i < answers.size() && i < places.size(); ++i) *places[i] = std::move(answers[i]);
  }
  settle();
}

// The frame next to this one in its trace that the kernel is sure of; other callers may print in between.
const LogAnnotator::Reference* LogAnnotator::neighbour(std::size_t index, int step) const {
  constexpr int kFarthest = 32;
  auto at = static_cast<std::ptrdiff_t>(index);
  for (int i = 0; i < kFarthest; ++i) {
    at += step;
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(references_.size())) break;
    const auto& other = references_[static_cast<std::size_t>(at)];
    if (other.reference.trace == references_[index].reference.trace && other.reference.reliable)
      return &other;
  }
  return nullptr;
}

// Asks again, with the frames around it, for each frame that several functions may be.
void LogAnnotator::settle() {
  settled_.clear();
  std::deque<symbolize::Query> neighbours;
  std::vector<symbolize::Query> queries;
  std::vector<Reference*> asked;
  for (std::size_t i = 0; i < references_.size(); ++i) {
    auto& reference = references_[i];
    if (reference.answer->candidates == 0 || reference.reference.trace == 0) continue;
    queries.push_back(query_of(reference));
    if (const auto* callee = neighbour(i, -1))
      queries.back().callee = &neighbours.emplace_back(query_of(*callee));
    if (const auto* caller = neighbour(i, 1))
      queries.back().caller = &neighbours.emplace_back(query_of(*caller));
    asked.push_back(&reference);
  }
  if (queries.empty()) return;
  auto answers = resolve_(queries);
  for (std::size_t i = 0; i < answers.size() && i < asked.size(); ++i)
    asked[i]->answer = &settled_.emplace_back(std::move(answers[i]));
}

void LogAnnotator::count(const symbolize::Answer& answer) {
  ++counts_.references;
  if (answer.location && !answer.location->file.empty()) return;
  ++counts_.without_line;
  if (counts_.reasons.size() < Counts::kMostReasons || counts_.reasons.count(answer.reason) != 0)
    ++counts_.reasons[answer.reason];
}

void LogAnnotator::pass(std::string_view bytes) const {
  if (bytes.empty()) return;
  if (options_.screen.height == 0) return write_(bytes);
  write_(render::log_bytes(bytes, options_.screen));
}

void LogAnnotator::print(std::string_view batch) {
  std::size_t at = 0;
  std::vector<render::Annotation> annotations;
  for (const auto& line : lines_) {
    annotations.clear();
    for (std::size_t i = line.first; i < line.first + line.count; ++i) {
      const auto& answer = *references_[i].answer;
      count(answer);
      if (render::annotates(answer, options_)) annotations.push_back({references_[i].reference, &answer});
    }
    if (annotations.empty()) continue;
    pass(batch.substr(at, line.begin - at));
    at = line.end;
    const auto end = line.begin + line.size;
    write_(render::annotated(batch.substr(line.begin, line.size), batch.substr(end, line.end - end),
                             annotations, options_));
  }
  pass(batch.substr(at));
}

}  // namespace cli
