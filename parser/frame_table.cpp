#include "parser/frame_table.h"

#include <tsl/robin_map.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <random>
#include <utility>

#include "parser/functions.h"
#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::size_t kMaxFrameText = 1024;  // a Rust symbol may take 500
// Keeps identities made up for symbols apart from addresses: no architecture has canonical addresses there.
constexpr std::uint64_t kSymbolic = 0x5359'0000'0000'0000;

// "[<ffffffff81234567>] ", "([<...>] ", and powerpc's "[c0000000][c0000000] "
std::uint64_t skip_bracketed_address(std::string_view& text) {
  std::uint64_t address = 0;
  for (;;) {
    auto rest = text;
    skip(rest, "(");
    if (!skip(rest, "[")) return address;
    skip(rest, "<");
    const auto value = take_number<std::uint64_t>(rest, 16);
    if (!value) return address;
    skip(rest, ">");
    if (!skip(rest, "]")) return address;
    address = *value;
    text = trim_left(rest);
  }
}

// " [mod 0123abcd]", " [mod]"; the module of a frame is a word, an "[inline]" remark ends the frame's being
// one.
bool read_module(std::string_view& text, Frame& frame) {
  auto rest = text;
  if (!skip(rest, " [")) return true;
  const auto close = rest.find(']');
  if (close == std::string_view::npos) return false;
  auto inside = rest.substr(0, close);
  if (inside == "inline") return false;
  const auto space = inside.find(' ');
  if (space != std::string_view::npos) {
    frame.build_id = inside.substr(space + 1);
    if (!std::all_of(frame.build_id.begin(), frame.build_id.end(), is_hex)) return false;
    inside = inside.substr(0, space);
  }
  if (inside.empty() || inside.size() > 64) return false;
  frame.module = inside;
  text = rest.substr(close + 1);
  return true;
}

// " mm/slub.c:123" of an already symbolized log
void read_place(std::string_view& text, Frame& frame) {
  auto rest = text;
  if (!skip(rest, " ")) return;
  // arm puts the caller in brackets, its place with it: "(show_stack+0x18/0x1c arch/arm/kernel/traps.c:256)"
  const auto end = std::min(rest.find_first_of(" )"), rest.size());
  const auto word = rest.substr(0, end);
  const auto colon = word.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return;
  const auto line = to_number<std::uint32_t>(word.substr(colon + 1));
  if (!line) return;
  frame.file = word.substr(0, colon);
  frame.line = *line;
  text = rest.substr(end);
}

// " (mm/slub.c:123 mm/slub.h:45) mod" as scripts/decode_stacktrace.sh writes it: no offset, the function's
// own place last, the module without brackets.
bool read_decoded(std::string_view& text, Frame& frame) {
  auto rest = text;
  if (!skip(rest, " (")) return false;
  std::size_t end = 0;
  for (int depth = 1; end < rest.size(); ++end) {
    depth += rest[end] == '(' ? 1 : rest[end] == ')' ? -1 : 0;
    if (depth == 0) break;
  }
  if (end == rest.size()) return false;
  auto places = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  while (!places.empty()) {
    const auto word = places.substr(0, places.find(' '));
    const auto colon = word.rfind(':');
    if (colon != std::string_view::npos && colon > 0) {
      if (const auto line = to_number<std::uint32_t>(word.substr(colon + 1))) {
        frame.file = word.substr(0, colon);
        frame.line = *line;
      }
    }
    places.remove_prefix(std::min(word.size() + 1, places.size()));
  }
  if (frame.file.empty()) return false;
  text = rest;
  if (rest.size() > 1 && rest[0] == ' ' && rest[1] != '(' && rest[1] != '[') {
    rest.remove_prefix(1);
    frame.module = rest.substr(0, rest.find(' '));
    if (!std::all_of(frame.module.begin(), frame.module.end(), is_symbol_char)) return false;
    text = rest.substr(frame.module.size());
  }
  return true;
}

// arm: "foo from bar+0x1/0x2" and "(foo) from [<c0105678>] (bar+0x1/0x2)": the place is the caller's.
void skip_callee(std::string_view& text, Frame& frame) {
  const auto from = text.find(" from ");
  if (from == std::string_view::npos) return;
  const auto callee = text.substr(0, from);
  if (!std::all_of(callee.begin(), callee.end(),
                   [](char c) { return is_symbol_char(c) || c == '(' || c == ')'; }))
    return;
  text.remove_prefix(from + 6);
  frame.address = skip_bracketed_address(text);
  skip(text, "(");
}

bool read_frame(std::string_view text, Frame& frame) {
  frame.address = skip_bracketed_address(text);
  skip(text, "? ");
  skip_callee(text, frame);
  if (skip(text, "0x")) {
    const auto value = take_number<std::uint64_t>(text, 16);
    if (!value || *value < 0x1000 || !read_module(text, frame) || !only_remarks(text)) return false;
    frame.address = *value;
    return true;
  }
  std::size_t length = 0;
  while (length < text.size() && is_symbol_char(text[length])) ++length;
  if (length == 0 || is_digit(text.front())) return false;
  frame.symbol = text.substr(0, length);
  text.remove_prefix(length);
  if (read_decoded(text, frame)) return read_module(text, frame) && only_remarks(text);
  if (!skip(text, "+0x")) return false;
  const auto offset = take_number<std::uint64_t>(text, 16);
  if (!offset) return false;
  frame.offset = *offset;
  if (skip(text, "/0x")) {
    const auto size = take_number<std::uint64_t>(text, 16);
    if (!size) return false;
    frame.size = *size;
  }
  if (!read_module(text, frame)) return false;
  read_place(text, frame);
  // A symbolized module frame has its module last: "f+0x1/0x2 drivers/x.c:12 [mod]"
  if (frame.module.empty() && !read_module(text, frame)) return false;
  return only_remarks(text);
}

// What makes two frames the same place of the kernel.
struct PrintedPlace {
  std::string_view symbol, module, file;
  std::uint64_t offset = 0, size = 0, line = 0;

  bool operator==(const PrintedPlace&) const = default;
};

// Another one in each run, so that no log can be written whose frames all fall on one place of a table.
std::uint64_t any_seed() {
  static const std::uint64_t seed = std::random_device{}();
  return seed;
}

// Frames are short and differ in few characters: eight at a time they are read much faster than by std::hash.
struct HashPrinted {
  std::uint64_t seed = any_seed();
  static constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15;
    return hash ^ hash >> 32;
  }
  static std::uint64_t word(const char* at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, size);
    return word;
  }
  std::size_t operator()(std::string_view text) const {
    if (text.empty()) return 0;
    std::uint64_t hash = mix(seed, text.size());
    if (text.size() < kWord) return mix(hash, word(text.data(), text.size()));
    for (std::size_t at = 0; at + kWord < text.size(); at += kWord)
      hash = mix(hash, word_at(text.data() + at));
    return mix(hash, word_at(text.data() + text.size() - kWord));
  }
  std::size_t operator()(const PrintedPlace& place) const {
    auto hash = mix((*this)(place.symbol), (*this)(place.module));
    for (const auto number : {place.offset, place.size, place.line}) hash = mix(hash, number);
    return place.file.empty() ? hash : mix(hash, (*this)(place.file));
  }
};

}  // namespace

struct FrameTable::Known {
  tsl::robin_map<std::string_view, FrameId, HashPrinted, std::equal_to<std::string_view>,
                 std::allocator<std::pair<std::string_view, FrameId>>, true>
      by_text;
  std::unordered_map<PrintedPlace, std::uint64_t, HashPrinted> identities;
};

FrameTable::FrameTable() : known_(std::make_unique<Known>()) {}
FrameTable::~FrameTable() = default;
FrameTable::FrameTable(FrameTable&&) noexcept = default;
FrameTable& FrameTable::operator=(FrameTable&&) noexcept = default;

std::string_view FrameTable::keep(std::string_view text) {
  if (text.size() > block_left_) {
    block_left_ = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(block_left_));
    block_next_ = blocks_.back().get();
  }
  std::memcpy(block_next_, text.data(), text.size());
  const std::string_view kept{block_next_, text.size()};
  block_next_ += text.size();
  block_left_ -= text.size();
  return kept;
}

FrameId FrameTable::add(const Frame& frame) {
  frames_.push_back(frame);
  unreliable_.push_back(false);
  traits_.emplace_back();
  return static_cast<FrameId>(frames_.size() - 1);
}

std::optional<StackGuess::Printed> FrameTable::intern(std::string_view text) {
  Frame frame;
  if (text.size() > kMaxFrameText || !read_frame(text, frame)) return std::nullopt;

  const auto kept = keep(text);
  for (auto* part : {&frame.symbol, &frame.module, &frame.build_id, &frame.file})
    *part = part->empty() ? std::string_view{}
                          : kept.substr(static_cast<std::size_t>(part->data() - text.data()), part->size());
  identify(frame);
  const auto id = add(frame);
  known_->by_text.emplace(kept, id);
  // "[<ffffffff81234567>] ? f+0x1/0x2" of kernels before v4.10 has the mark behind the address.
  auto rest = kept;
  skip_bracketed_address(rest);
  // s390 puts what it is not sure of in brackets: "([<000003ffe0123756>] kasan_report+0x90/0x120)"
  unreliable_[id] = rest.starts_with("? ") || kept.ends_with("(unreliable)") || kept.starts_with("(");
  return printed(kept, id);
}

std::optional<StackGuess::Printed> FrameTable::find(std::string_view text) {
  const auto known = known_->by_text.find(text);
  if (known == known_->by_text.end()) return intern(text);
  return printed(known->first, known->second);
}

std::size_t FrameTable::find_function(FrameId id) const {
  const auto size = without_compiler_suffix(frames_[id].symbol).size();
  traits_[id].function_size = static_cast<std::uint32_t>(size);
  return size;
}

bool FrameTable::find_trait(FrameId id, Trait trait) const {
  // In the order of Trait.
  constexpr std::array kAsk{is_skipped_function,        parser::is_dispatcher, parser::is_interrupt_entry,
                            parser::is_fault_injection, is_waiting_function,   is_shared_wait_function};
  const auto index = static_cast<std::size_t>(trait);
  const bool has = kAsk[index](function(id));
  const auto bit = static_cast<std::uint8_t>(1U << index);
  traits_[id].known |= bit;
  if (has) traits_[id].has |= bit;
  return has;
}

void FrameTable::identify(Frame& frame) {
  if (frame.symbol.empty()) {
    frame.identity = frame.address;
    return;
  }
  PrintedPlace place{frame.symbol, frame.module, {}, frame.offset, frame.size, 0};
  // Without an offset the source line is all that tells two places of a function apart.
  if (frame.offset == 0 && frame.size == 0 && !frame.file.empty()) {
    place.file = frame.file;
    place.line = frame.line;
  }
  auto& identities = known_->identities;
  frame.identity = identities.try_emplace(place, kSymbolic | identities.size()).first->second;
}

FrameId FrameTable::adopt(const Frame& frame) {
  auto own = frame;
  for (auto* text : {&own.symbol, &own.module, &own.build_id, &own.file})
    if (!text->empty()) *text = keep(*text);
  identify(own);
  return add(own);
}

FrameId FrameTable::address(std::uint64_t address) {
  const auto [place, fresh] = by_address_.try_emplace(address, static_cast<FrameId>(frames_.size()));
  if (fresh) {
    Frame frame;
    frame.address = frame.identity = address;
    add(frame);
  }
  return place->second;
}

std::optional<FrameTable::Parsed> FrameTable::parse(std::string_view text, Place& place) {
  text = trim_right(trim_left(text));
  // powerpc's "[c000000012345678] [c000000000123456] f+0x1/0x2": the stack pointer is another one on each
  // line.
  if (text.starts_with('[')) {
    const auto second = text.substr(0, 20).find("] [");
    if (second != std::string_view::npos) text.remove_prefix(second + 2);
  }
  if (const auto expected = expect(text, place)) return expected;
  const bool marked = skip(text, "? ");
  if (text.empty()) return std::nullopt;
  const auto frame = find(text);
  if (!frame) return std::nullopt;
  return follow(*frame, marked, place);
}

std::optional<FrameTable::Parsed> FrameTable::recall(std::string_view text, Place& place) {
  const bool marked = skip(text, "? ");
  const auto known = known_->by_text.find(text);
  if (known == known_->by_text.end()) return std::nullopt;
  return follow(printed(known->first, known->second), marked, place);
}

FrameTable::Parsed FrameTable::follow(const StackGuess::Printed& frame, bool marked, Place& place) {
  guess_.add(frame, place);
  return {frame.frame, frame.reliable && !marked};
}

// A number in hex, an address in "[<", or a source line.
bool may_be_frame(std::string_view text) {
  for (auto at = text.find('x'); at != std::string_view::npos; at = text.find('x', at + 1))
    if (at > 0 && text[at - 1] == '0') return true;
  if (text.find("[<") != std::string_view::npos) return true;
  for (auto at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    const auto before = text.substr(0, at);
    if (before.ends_with(".c") || before.ends_with(".h") || before.ends_with(".S") || before.ends_with(".rs"))
      return true;
  }
  return false;
}

}  // namespace parser
