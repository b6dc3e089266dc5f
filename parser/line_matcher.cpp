#include "parser/line_matcher.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstring>
#include <limits>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kMostRepeats = 1000;  // RE2's own limit
// Ways that a line of usual length never needs; so many characters looked at count as one.
constexpr int kPatience = 4000;
constexpr std::size_t kCharactersOfWay = 16;

using CharacterSet = std::bitset<256>;

std::size_t byte(char c) {
  return static_cast<unsigned char>(c);
}

}  // namespace

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
      Steps both(1);
      both[0].kind = Step::Kind::either;
      both[0].skip = narrow(ways.back().size() + 2);
      append(both, ways.back());
      auto& jump = both.emplace_back();
      jump.kind = Step::Kind::jump;
      jump.skip = narrow(steps.size() + 1);
      append(both, steps);
      steps = std::move(both);
    }
    return steps;
  }

  Steps sequence() {
    Steps steps;
    bool in_literal = false;  // the last step is one that may grow: nothing jumps to behind it
    while (!failed && !rest.empty() && !looks_at_any("|)")) {
      if (looks_at('(')) {
        failed = !group(steps);
        in_literal = false;
        continue;
      }
      const auto written = rest;
      CharacterSet set;
      failed = !character(set);
      if (failed) break;
      const bool repeated = looks_at_any("?*+{");
      const char last = written[written.size() - rest.size() - 1];
      if (set.count() == 1 && set[byte(last)] && !repeated) {
        if (!in_literal) begin_literal(steps);
        in_literal = true;
        ++steps.back().length;
        out.literals_.push_back(last);
      } else {
        in_literal = false;
        failed = !repeat(steps, set, repeated);
      }
    }
    return steps;
  }

  void begin_literal(Steps& steps) {
    auto& step = steps.emplace_back();
    step.index = narrow(out.literals_.size());
  }

  bool repeat(Steps& steps, const CharacterSet& set, bool repeated) {
    auto& step = steps.emplace_back();
    step.kind = Step::Kind::repeat;
    if (repeated && !count(step)) return false;
    if (repeated && skip(rest, "?")) step.kind = Step::Kind::repeat_lazy;
    step.index = set_index(set);
    return true;
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

  bool count(Step& step) {
    switch (next()) {
      case '?':
        step.least = 0;
        return true;
      case '*':
        step.least = 0;
        step.most = kAnyNumber;
        return true;
      case '+':
        step.most = kAnyNumber;
        return true;
      default: {  // "{2}", "{2,}", "{2,4}"
        const auto least = take_number<std::uint32_t>(rest);
        if (!least) return false;
        step.most = *least;
        if (skip(rest, ",")) step.most = take_number<std::uint32_t>(rest).value_or(kAnyNumber);
        step.least = narrow(std::min(*least, kMostRepeats + 1));
        return skip(rest, "}") && step.least <= kMostRepeats && step.least <= step.most &&
               (step.most <= kMostRepeats || step.most == kAnyNumber);
      }
    }
  }

  bool group(Steps& steps) {
    next();
    const bool captures = !skip(rest, "?:");
    if (captures && looks_at('?')) return false;
    const auto number = captures ? out.groups_++ : 0;
    if (out.groups_ > kMaxGroups) return false;
    const auto begin = steps.size();
    const auto save = [&](std::uint32_t slot) {
      if (!captures) return;
      auto& step = steps.emplace_back();
      step.kind = Step::Kind::save;
      step.index = narrow(slot);
    };
    save(2 * number);
    append(steps, expression());
    save(2 * number + 1);
    if (!skip(rest, ")") || looks_at_any("*+{")) return false;
    if (skip(rest, "?")) {
      if (looks_at('?')) return false;
      Step either;
      either.kind = Step::Kind::either;
      either.skip = narrow(steps.size() - begin + 1);
      steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(begin), either);
    }
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
          from[i].firsts.set(byte(out.literals_[step.index]));
          break;
        case Step::Kind::repeat:
        case Step::Kind::repeat_lazy: {
          const auto& set = sets[step.index];
          // Where anything may follow, what comes behind takes nothing at once.
          step.certain = (set & next.firsts).none() || (out.open_end_ && next.ends);
          step.any = set.count() == set.size() - 1 && !set[byte('\n')];
          from[i].firsts = step.least == 0 ? set | next.firsts : set;
          from[i].ends = step.least == 0 && next.ends;
          break;
        }
        case Step::Kind::either: {
          const auto& other = from[i + step.skip];
          step.index = set_index(next.firsts);
          step.other = set_index(other.firsts);
          step.ends = next.ends;
          step.other_ends = other.ends;
          from[i] = {next.firsts | other.firsts, next.ends || other.ends};
          break;
        }
        case Step::Kind::jump:
          from[i] = from[i + step.skip];
          break;
        case Step::Kind::save:
          from[i] = next;
          break;
        case Step::Kind::end:
          break;
      }
      if (step.kind == Step::Kind::repeat) step.then = literal_behind(i);
    }
  }

  // The literal that follows a step at once, as so many steps on; 0 if none does.
  std::uint16_t literal_behind(std::size_t step) const {
    auto after = step + 1;
    while (out.steps_[after].kind == Step::Kind::save) ++after;
    return out.steps_[after].kind == Step::Kind::literal ? narrow(after - step) : narrow(0);
  }
};

std::optional<LineMatcher> LineMatcher::compile(std::string_view pattern, bool open_end) {
  if (pattern.size() > kMaxPattern) return std::nullopt;
  LineMatcher matcher;
  matcher.open_end_ = open_end;
  Compiler compiler{matcher, pattern};
  matcher.steps_ = compiler.expression();
  matcher.steps_.emplace_back().kind = Step::Kind::end;
  if (compiler.failed || !compiler.rest.empty()) return std::nullopt;
  compiler.look_ahead();
  return matcher;
}

struct LineMatcher::Run {
  const LineMatcher& matcher;
  std::string_view text;
  std::array<std::size_t, 2 * kMaxGroups> slots;
  int patience = kPatience;

  // How many characters from `at` on are of the step's set.
  std::size_t run_length(const Step& step, std::size_t at) const {
    const auto most = std::min<std::size_t>(text.size() - at, step.most);
    if (step.any) return std::min(text.substr(at, most).find('\n'), most);
    const auto& set = matcher.sets_[step.index];
    std::size_t count = 0;
    while (count < most && set.has(text[at + count])) ++count;
    return count;
  }

  bool is_literal(const Step& step, std::size_t at) const {
    const char* literal = matcher.literals_.data() + step.index;
    return text.size() - at >= step.length && text[at] == *literal &&
           (step.length == 1 || std::memcmp(text.data() + at + 1, literal + 1, step.length - 1) == 0);
  }

  // Whether the rest matches from here on. Captures are as they were if it does not.
  bool attempt(const Step* step, std::size_t at) {
    const auto before = slots;
    if (from(step, at)) return true;
    slots = before;
    return false;
  }

  // A repetition of up to `count` with a literal behind it: only where that stands need the rest be tried.
  bool before_literal(const Step* repeat, std::size_t at, std::size_t count) {
    const auto& literal = repeat[repeat->then];
    for (auto end = at + count + 1; end-- > at + repeat->least;) {
      if (!is_literal(literal, end)) continue;
      if (attempt(repeat + 1, end)) return true;
      if (patience < 0) return false;
    }
    return false;
  }

  enum class Next : std::uint8_t { fails, matches, goes_on };

  // A repetition as long as it may be; `at` is then behind it, unless all that follows it is decided.
  Next repeat(const Step* step, std::size_t& at) {
    const auto count = run_length(*step, at);
    patience -= static_cast<int>(count / kCharactersOfWay);
    if (count < step->least) return Next::fails;
    if (step->certain || count == step->least) {
      at += count;
      return Next::goes_on;
    }
    if (step->then != 0) return before_literal(step, at, count) ? Next::matches : Next::fails;
    for (auto length = count; length > step->least; --length)
      if (attempt(step + 1, at + length)) return Next::matches;
    if (patience < 0) return Next::fails;
    at += step->least;
    return Next::goes_on;
  }

  bool repeat_lazy(const Step* step, std::size_t at) {
    const auto& set = matcher.sets_[step->index];
    const auto most = std::min<std::size_t>(text.size() - at, step->most);
    for (std::size_t count = 0; count <= most; ++count) {
      if (count >= step->least && attempt(step + 1, at + count)) return true;
      if (patience < 0 || at + count == text.size() || !set.has(text[at + count])) return false;
    }
    return false;
  }

  // `step` is then the one before the way to go.
  Next either(const Step*& step, std::size_t at) {
    const bool end = at == text.size();
    const bool first = end ? step->ends : matcher.sets_[step->index].has(text[at]);
    const bool second = end ? step->other_ends : matcher.sets_[step->other].has(text[at]);
    if (first && !second) return Next::goes_on;
    if (first && attempt(step + 1, at)) return Next::matches;
    if (!second || patience < 0) return Next::fails;
    step += step->skip - 1;
    return Next::goes_on;
  }

  bool from(const Step* step, std::size_t at) {
    if (--patience < 0) return false;
    for (;; ++step) {
      // One after another: literals, places and repetitions take turns, which a jump by kind would be
      // mispredicted for.
      if (step->kind == Step::Kind::literal) {
        if (!is_literal(*step, at)) return false;
        at += step->length;
      } else if (step->kind == Step::Kind::save) {
        slots[step->index] = at;
      } else if (step->kind == Step::Kind::repeat) {
        if (const auto next = repeat(step, at); next != Next::goes_on) return next == Next::matches;
      } else if (step->kind == Step::Kind::either) {
        if (const auto next = either(step, at); next != Next::goes_on) return next == Next::matches;
      } else if (step->kind == Step::Kind::jump) {
        step += step->skip - 1;
      } else if (step->kind == Step::Kind::repeat_lazy) {
        return repeat_lazy(step, at);
      } else {
        return matcher.open_end_ || at == text.size();
      }
    }
  }
};

LineMatcher::Answer LineMatcher::match(std::string_view text, Groups& groups) const {
  Run run{*this, text, {}};
  std::fill_n(run.slots.begin(), 2 * groups_, std::string_view::npos);
  if (!run.from(steps_.data(), 0)) return run.patience < 0 ? Answer::gave_up : Answer::no;
  groups.fill({});
  for (std::size_t g = 0; g < groups_; ++g)
    if (const auto begin = run.slots[2 * g], end = run.slots[2 * g + 1]; end != std::string_view::npos)
      groups[g] = text.substr(begin, end - begin);
  return Answer::yes;
}

}  // namespace parser
