#include "parser/line_matcher.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::uint16_t kAnyNumber = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint32_t kMostRepeats = 1000;  // RE2's own limit
// Ways that a line of usual length never needs; so many characters looked at count as one.
constexpr int kPatience = 4000;
constexpr std::size_t kCharactersOfWay = 16;

using CharacterSet = std::bitset<256>;

std::size_t byte(char c) {
  return static_cast<unsigned char>(c);
}

constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;  // of a word's bytes
constexpr std::uint64_t kTops = kEach * 0x80;

}  // namespace

std::size_t LineMatcher::Ranges::count_eight(const char* text) const {
  const auto word = word_at(text);
  const auto low = word & ~kTops;
  std::uint64_t in = 0;  // the top bit of each byte that is in a range
  for (std::size_t i = 0; i < first.size(); ++i)
    in |= (low + kEach * (0x80U - first[i])) & ~(low + kEach * (0x7fU - last[i]));
  in &= ~word & kTops;
  const auto out = inverted ? in : in ^ kTops;
  if (out == 0) return kWord;
  const auto bits =
      std::endian::native == std::endian::little ? std::countr_zero(out) : std::countl_zero(out);
  return static_cast<std::size_t>(bits) / 8;
}

// Recursive descent; each rule appends its steps, with jumps relative to where they stand.
struct LineMatcher::Compiler {
  LineMatcher& out;
  std::string_view rest;
  bool failed = false;
  std::vector<CharacterSet> sets{};

  // For distances between steps: a pattern within kMaxPattern has few enough.
  static std::uint16_t narrow(std::size_t count) { return static_cast<std::uint16_t>(count); }
  static void append(Steps& steps, const Steps& more) { steps.insert(steps.end(), more.begin(), more.end()); }

  bool looks_at(char c) const { return !rest.empty() && rest.front() == c; }
  bool looks_at_any(std::string_view characters) const {
    return !rest.empty() && characters.find(rest.front()) != std::string_view::npos;
  }
  char next() {
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }

  Steps expression() {
    std::vector<Steps> ways;
    do {
      ways.push_back(sequence());
    } while (!failed && skip(rest, "|"));
    Steps steps = std::move(ways.back());
    ways.pop_back();
    for (; !ways.empty(); ways.pop_back()) {
      Either either;
      either.skip = narrow(ways.back().size() + 2);
      Steps both{Step(either)};
      append(both, ways.back());
      both.emplace_back(Step::Kind::jump).skip = narrow(steps.size() + 1);
      append(both, steps);
      steps = std::move(both);
    }
    return steps;
  }

  Steps sequence() {
    Steps steps;
    auto slot = kNoSlot;      // that the step to come keeps
    bool in_literal = false;  // the last step is one that may grow: nothing jumps to behind it
    while (!failed && !rest.empty() && !looks_at_any("|)")) {
      if (looks_at('(')) {
        keep(steps, slot);
        failed = !group(steps, slot);
        in_literal = false;
        continue;
      }
      const auto written = rest;
      CharacterSet set;
      failed = !character(set);
      if (failed) break;
      const bool repeated = looks_at_any("?*+{");
      const char last = written[written.size() - rest.size() - 1];
      const bool literal = set.count() == 1 && set[byte(last)] && !repeated;
      if (!literal) {
        failed = !repeat(steps, set, repeated);
      } else if (!in_literal) {
        begin_literal(steps);
      }
      if (literal) append(steps.back().literal, last);
      if (!literal || !in_literal) std::swap(steps.back().slot, slot);
      in_literal = literal;
    }
    keep(steps, slot);
    return steps;
  }

  // With a step of its own.
  static void keep(Steps& steps, std::uint8_t& slot) {
    if (slot == kNoSlot) return;
    steps.emplace_back(Step::Kind::pass).slot = std::exchange(slot, kNoSlot);
  }

  void begin_literal(Steps& steps) const {
    steps.emplace_back().literal.index = narrow(out.literals_.size());
  }
  void append(Literal& literal, char c) {
    if (literal.length < literal.begin.size()) literal.begin[literal.length] = c;
    ++literal.length;
    out.literals_.push_back(c);
  }

  bool repeat(Steps& steps, const CharacterSet& set, bool repeated) {
    Repeat repeat;
    auto& step = steps.emplace_back(repeat);
    if (repeated && !count(repeat)) return false;
    if (repeated && skip(rest, "?")) step.kind = Step::Kind::repeat_lazy;
    repeat.set = set_index(set);
    const auto ranges = ranges_of(set);
    if (ranges) repeat.ranges = *ranges;
    const bool any = set.count() == set.size() - 1 && !set[byte('\n')];
    repeat.of = any ? Repeat::Of::any : ranges ? Repeat::Of::ranges : Repeat::Of::set;
    step.repeat = repeat;
    return true;
  }

  static std::optional<Ranges> ranges_of(CharacterSet set) {
    Ranges ranges;
    ranges.inverted = set[0xff];
    if (ranges.inverted) set.flip();
    std::size_t count = 0;
    for (std::size_t c = 0; c < set.size(); ++c) {
      if (!set[c]) continue;
      const bool goes_on = c > 0 && set[c - 1];
      if (c > 0x7f || (!goes_on && count == ranges.first.size())) return std::nullopt;
      if (!goes_on) ranges.first[count++] = static_cast<std::uint8_t>(c);
      ranges.last[count - 1] = static_cast<std::uint8_t>(c);
    }
    return ranges;
  }

  std::uint16_t set_index(const CharacterSet& set) {
    const auto known = std::find(sets.begin(), sets.end(), set);
    const auto index = narrow(static_cast<std::size_t>(known - sets.begin()));
    if (known == sets.end()) {
      sets.push_back(set);
      auto& members = out.sets_.emplace_back();
      for (unsigned c = 0; c < set.size(); ++c)
        if (set[c]) members.add(static_cast<unsigned char>(c));
    }
    return index;
  }

  bool count(Repeat& repeat) {
    switch (next()) {
      case '?':
        repeat.least = 0;
        return true;
      case '*':
        repeat.least = 0;
        repeat.most = kAnyNumber;
        return true;
      case '+':
        repeat.most = kAnyNumber;
        return true;
      default: {  // "{2}", "{2,}", "{2,4}"
        const auto least = take_number<std::uint32_t>(rest);
        if (!least) return false;
        auto most = least;
        const bool open = skip(rest, ",") && !(most = take_number<std::uint32_t>(rest));
        if (!skip(rest, "}") || *least > kMostRepeats) return false;
        if (!open && (*most < *least || *most > kMostRepeats)) return false;
        repeat.least = narrow(*least);
        repeat.most = open ? kAnyNumber : narrow(*most);
        return true;
      }
    }
  }

  // `slot`: that of its end, where the step to come may keep it.
  bool group(Steps& steps, std::uint8_t& slot) {
    next();
    const bool captures = !skip(rest, "?:");
    if (captures && looks_at('?')) return false;
    const auto number = captures ? out.groups_++ : 0;
    if (out.groups_ > kMaxGroups) return false;
    auto inner = expression();
    if (captures) {
      if (inner.empty() || inner.front().slot != kNoSlot) inner.emplace(inner.begin(), Step::Kind::pass);
      inner.front().slot = static_cast<std::uint8_t>(2 * number);
      slot = static_cast<std::uint8_t>(2 * number + 1);
    }
    if (!skip(rest, ")") || looks_at_any("*+{")) return false;
    if (skip(rest, "?")) {
      if (looks_at('?')) return false;
      // What comes behind is also reached without it.
      keep(inner, slot);
      Either either;
      either.skip = narrow(inner.size() + 1);
      steps.emplace_back(either);
    }
    append(steps, inner);
    return true;
  }

  static void add_range(CharacterSet& set, char from, char to) {
    for (auto c = byte(from); c <= byte(to); ++c) set.set(c);
  }
  static bool add_escape(CharacterSet& set, char c) {
    CharacterSet named;
    switch (c) {
      case 'd':
        add_range(named, '0', '9');
        break;
      case 'w':
        add_range(named, '0', '9');
        add_range(named, 'a', 'z');
        add_range(named, 'A', 'Z');
        named.set(byte('_'));
        break;
      case 's':
      case 'S':
        for (const char blank : {' ', '\t', '\n', '\f', '\r'}) named.set(byte(blank));
        if (c == 'S') named.flip();
        break;
      case 't':
        named.set(byte('\t'));
        break;
      default:
        // A letter or digit might stand for anything.
        if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return false;
        named.set(byte(c));
    }
    set |= named;
    return true;
  }

  // One character, "." or class.
  bool character(CharacterSet& set) {
    const char c = next();
    switch (c) {
      case '\\':
        return !rest.empty() && add_escape(set, next());
      case '.':
        set.set();
        set.reset(byte('\n'));
        return true;
      case '[':
        return read_class(set);
      case '^':
      case '$':
      case '?':
      case '*':
      case '+':
      case '{':
        return false;
      default:
        set.set(byte(c));
        return true;
    }
  }

  bool read_class(CharacterSet& set) {
    const bool inverted = skip(rest, "^");
    for (bool first = true;; first = false) {
      if (rest.empty()) return false;
      const char c = next();
      if (c == ']' && !first) break;
      if (c == '[' && looks_at(':')) return false;
      if (c == '\\') {
        if (rest.empty() || !add_escape(set, next())) return false;
      } else if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
        next();
        const char to = next();
        if (to == '\\' || byte(to) < byte(c)) return false;
        add_range(set, c, to);
      } else {
        set.set(byte(c));
      }
    }
    if (inverted) set.flip();
    return true;
  }

  // What the steps from one on may begin with, and whether they may take nothing up to the text's end.
  struct Beginning {
    CharacterSet firsts;
    bool ends = false;
  };

  // Looks ahead of each step, so that few ways have to be tried.
  void look_ahead() {
    auto& steps = out.steps_;
    std::vector<Beginning> from(steps.size());
    from.back().ends = true;
    if (out.open_end_) from.back().firsts.set();
    for (auto i = steps.size() - 1; i-- > 0;) {
      auto& step = steps[i];
      const auto& next = from[i + 1];
      switch (step.kind) {
        case Step::Kind::literal:
          from[i].firsts.set(byte(step.literal.begin.front()));
          break;
        case Step::Kind::repeat:
        case Step::Kind::repeat_lazy: {
          auto& repeat = step.repeat;
          const auto& set = sets[repeat.set];
          // Where anything may follow, what comes behind takes nothing at once.
          repeat.certain = (set & next.firsts).none() || (out.open_end_ && next.ends);
          if (step.kind == Step::Kind::repeat) repeat.then = literal_behind(i);
          from[i].firsts = repeat.least == 0 ? set | next.firsts : set;
          from[i].ends = repeat.least == 0 && next.ends;
          break;
        }
        case Step::Kind::either: {
          auto& either = step.either;
          const auto& other = from[i + either.skip];
          either.set = set_index(next.firsts);
          either.other_set = set_index(other.firsts);
          either.ends = next.ends;
          either.other_ends = other.ends;
          from[i] = {next.firsts | other.firsts, next.ends || other.ends};
          break;
        }
        case Step::Kind::jump:
          from[i] = from[i + step.skip];
          break;
        case Step::Kind::pass:
          from[i] = next;
          break;
        case Step::Kind::end:
          break;
      }
    }
  }

  // The literal that follows a step at once, as so many steps on; 0 if none does.
  std::uint8_t literal_behind(std::size_t step) const {
    auto after = step + 1;
    while (out.steps_[after].kind == Step::Kind::pass) ++after;
    // As many as there may be ends of groups.
    return out.steps_[after].kind == Step::Kind::literal ? static_cast<std::uint8_t>(after - step)
                                                         : std::uint8_t{0};
  }

  // What all texts begin with need not be looked at again.
  void leave_out(std::string_view begin) {
    auto& step = out.steps_.front();
    if (step.kind != Step::Kind::literal || step.slot != kNoSlot) return;
    const auto written = std::string_view(out.literals_).substr(step.literal.index, step.literal.length);
    if (!written.starts_with(begin)) return;
    out.begin_ = narrow(begin.size());
    Literal left;
    left.length = narrow(written.size() - begin.size());
    left.index = narrow(step.literal.index + begin.size());
    const auto shown = std::min<std::size_t>(left.length, left.begin.size());
    std::copy_n(written.begin() + static_cast<std::ptrdiff_t>(begin.size()), shown, left.begin.begin());
    step.literal = left;
    if (left.length == 0) out.steps_.erase(out.steps_.begin());
  }
};

std::optional<LineMatcher> LineMatcher::compile(std::string_view pattern, bool open_end,
                                                std::string_view begin) {
  if (pattern.size() > kMaxPattern) return std::nullopt;
  LineMatcher matcher;
  matcher.open_end_ = open_end;
  Compiler compiler{matcher, pattern};
  matcher.steps_ = compiler.expression();
  matcher.steps_.emplace_back(Step::Kind::end);
  if (compiler.failed || !compiler.rest.empty()) return std::nullopt;
  compiler.look_ahead();
  if (!begin.empty()) compiler.leave_out(begin);
  matcher.steps_.shrink_to_fit();
  return matcher;
}

struct LineMatcher::Run {
  const LineMatcher& matcher;
  std::string_view text;
  std::array<std::size_t, kNoSlot + 1> slots;  // the last one for places that nobody asks for
  int patience = kPatience;

  // How many characters from `at` on are the repetition's.
  std::size_t run_length(const Repeat& repeat, std::size_t at) const {
    const auto left = text.size() - at;
    const auto most = repeat.most == kAnyNumber ? left : std::min<std::size_t>(left, repeat.most);
    if (repeat.of == Repeat::Of::any) return std::min(text.substr(at, most).find('\n'), most);
    std::size_t count = 0;
    if (repeat.of == Repeat::Of::ranges)
      while (count < most && left - count >= kWord) {
        const auto more = repeat.ranges.count_eight(text.data() + at + count);
        count += more;
        if (more < kWord) return std::min(count, most);
      }
    const auto& set = matcher.sets_[repeat.set];
    while (count < most && set.has(text[at + count])) ++count;
    return std::min(count, most);
  }

  bool is_literal(const Literal& literal, std::size_t at) const {
    const auto left = text.size() - at;
    if (left < literal.length) return false;
    const auto shown = std::min<std::size_t>(literal.length, kWord);
    if (left < kWord) return std::memcmp(text.data() + at, literal.begin.data(), shown) == 0;
    if (((word_at(text.data() + at) ^ word_at(literal.begin.data())) & kWordMasks[shown]) != 0) return false;
    return literal.length <= kWord ||
           is_same(text.data() + at, matcher.literals_.data() + literal.index, literal.length);
  }

  // Whether the rest matches from here on. Captures are as they were if it does not.
  bool attempt(const Step* step, std::size_t at) {
    const auto before = slots;
    if (from(step, at)) return true;
    slots = before;
    return false;
  }

  // A repetition of up to `count` with a literal behind it: only where that stands need the rest be tried.
  bool before_literal(const Step* step, std::size_t at, std::size_t count) {
    const auto& literal = step[step->repeat.then].literal;
    for (auto end = at + count + 1; end-- > at + step->repeat.least;) {
      if (!is_literal(literal, end)) continue;
      if (attempt(step + 1, end)) return true;
      if (patience < 0) return false;
    }
    return false;
  }

  enum class Next : std::uint8_t { fails, matches, goes_on };

  // A repetition as long as it may be; `at` is then behind it, unless all that follows it is decided.
  Next repeat(const Step* step, std::size_t& at) {
    const auto& repeat = step->repeat;
    const auto count = run_length(repeat, at);
    patience -= static_cast<int>(count / kCharactersOfWay);
    if (count < repeat.least) return Next::fails;
    if (repeat.certain || count == repeat.least) {
      at += count;
      return Next::goes_on;
    }
    if (repeat.then != 0) return before_literal(step, at, count) ? Next::matches : Next::fails;
    for (auto length = count; length > repeat.least; --length)
      if (attempt(step + 1, at + length)) return Next::matches;
    if (patience < 0) return Next::fails;
    at += repeat.least;
    return Next::goes_on;
  }

  bool repeat_lazy(const Step* step, std::size_t at) {
    const auto& repeat = step->repeat;
    const auto& set = matcher.sets_[repeat.set];
    const auto left = text.size() - at;
    const auto most = repeat.most == kAnyNumber ? left : std::min<std::size_t>(left, repeat.most);
    for (std::size_t count = 0; count <= most; ++count) {
      if (count >= repeat.least && attempt(step + 1, at + count)) return true;
      if (patience < 0 || at + count == text.size() || !set.has(text[at + count])) return false;
    }
    return false;
  }

  // `step` is then the one before the way to go.
  Next either(const Step*& step, std::size_t at) {
    const auto& either = step->either;
    const bool end = at == text.size();
    const bool first = end ? either.ends : matcher.sets_[either.set].has(text[at]);
    const bool second = end ? either.other_ends : matcher.sets_[either.other_set].has(text[at]);
    if (first && !second) return Next::goes_on;
    if (first && attempt(step + 1, at)) return Next::matches;
    if (!second || patience < 0) return Next::fails;
    step += either.skip - 1;
    return Next::goes_on;
  }

  bool from(const Step* step, std::size_t at) {
    if (--patience < 0) return false;
    for (;; ++step) {
      slots[step->slot] = at;
      // One after another: literals and repetitions take turns, which a jump by kind would be mispredicted
      // for.
      if (step->kind == Step::Kind::literal) {
        if (!is_literal(step->literal, at)) return false;
        at += step->literal.length;
      } else if (step->kind == Step::Kind::repeat) {
        if (const auto next = repeat(step, at); next != Next::goes_on) return next == Next::matches;
      } else if (step->kind == Step::Kind::either) {
        if (const auto next = either(step, at); next != Next::goes_on) return next == Next::matches;
      } else if (step->kind == Step::Kind::jump) {
        step += step->skip - 1;
      } else if (step->kind == Step::Kind::repeat_lazy) {
        return repeat_lazy(step, at);
      } else if (step->kind == Step::Kind::end) {
        return matcher.open_end_ || at == text.size();
      }
    }
  }
};

LineMatcher::Answer LineMatcher::match(std::string_view text, Groups& groups) const {
  if (text.size() < begin_) return Answer::no;
  Run run{*this, text, {}};
  run.slots.fill(std::string_view::npos);
  if (!run.from(steps_.data(), begin_)) return run.patience < 0 ? Answer::gave_up : Answer::no;
  groups.fill({});
  for (std::size_t g = 0; g < groups_; ++g)
    if (const auto begin = run.slots[2 * g], end = run.slots[2 * g + 1]; end != std::string_view::npos)
      groups[g] = text.substr(begin, end - begin);
  return Answer::yes;
}

}  // namespace parser
