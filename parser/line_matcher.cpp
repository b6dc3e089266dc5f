#include "parser/line_matcher.h"

#include <algorithm>
#include <limits>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kMostRepeats = 1000;  // RE2's own limit
// Ways that a line of usual length never needs; so many characters looked at count as one.
constexpr int kPatience = 4000;
constexpr std::size_t kCharactersOfWay = 16;

std::size_t byte(char c) {
  return static_cast<unsigned char>(c);
}

}  // namespace

// Recursive descent; each rule returns its steps, with jumps relative to where they stand.
struct LineMatcher::Compiler {
  LineMatcher& out;
  std::string_view rest;
  bool failed = false;

  Steps fail() {
    failed = true;
    return {};
  }

  static void append(Steps& steps, const Steps& more) { steps.insert(steps.end(), more.begin(), more.end()); }
  static std::uint32_t size(const Steps& steps) { return static_cast<std::uint32_t>(steps.size()); }

  bool looks_at(char c) const { return !rest.empty() && rest.front() == c; }
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
      both[0].skip = size(ways.back()) + 2;
      append(both, ways.back());
      auto& jump = both.emplace_back();
      jump.kind = Step::Kind::jump;
      jump.skip = size(steps) + 1;
      append(both, steps);
      steps = std::move(both);
    }
    return steps;
  }

  Steps sequence() {
    Steps steps;
    while (!failed && !rest.empty() && rest.front() != '|' && rest.front() != ')') append(steps, piece());
    return steps;
  }

  Steps piece() {
    if (rest.front() == '(') return group();
    Set set;
    if (!character(set)) return fail();
    Step step;
    const bool repeated =
        !rest.empty() && std::string_view("?*+{").find(rest.front()) != std::string_view::npos;
    if (set.count() == 1 && !repeated) return literal(set);
    step.kind = Step::Kind::repeat;
    if (repeated && !count(step)) return fail();
    if (repeated && skip(rest, "?")) step.kind = Step::Kind::repeat_lazy;
    step.index = static_cast<std::uint32_t>(out.sets_.size());
    out.sets_.push_back(set);
    return {step};
  }

  Steps literal(const Set& set) {
    Step step;
    step.index = static_cast<std::uint32_t>(out.literals_.size());
    step.length = 1;
    std::size_t c = 0;
    while (!set[c]) ++c;
    out.literals_.push_back(static_cast<char>(c));
    return {step};
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
        step.least = step.most = *least;
        if (skip(rest, ",")) step.most = take_number<std::uint32_t>(rest).value_or(kAnyNumber);
        return skip(rest, "}") && step.least <= kMostRepeats && step.least <= step.most &&
               (step.most <= kMostRepeats || step.most == kAnyNumber);
      }
    }
  }

  Steps group() {
    next();
    const bool captures = !skip(rest, "?:");
    if (captures && looks_at('?')) return fail();
    const auto number = captures ? out.groups_++ : 0;
    if (out.groups_ > kMaxGroups) return fail();
    Steps steps;
    const auto save = [&](std::uint32_t slot) {
      if (!captures) return;
      auto& step = steps.emplace_back();
      step.kind = Step::Kind::save;
      step.index = slot;
    };
    save(2 * number);
    append(steps, expression());
    save(2 * number + 1);
    if (!skip(rest, ")")) return fail();
    if (looks_at('*') || looks_at('+') || looks_at('{')) return fail();
    if (skip(rest, "?")) {
      if (looks_at('?')) return fail();
      Step either;
      either.kind = Step::Kind::either;
      either.skip = size(steps) + 1;
      steps.insert(steps.begin(), either);
    }
    return steps;
  }

  static void add_range(Set& set, char from, char to) {
    for (auto c = byte(from); c <= byte(to); ++c) set.set(c);
  }
  static bool add_escape(Set& set, char c) {
    Set named;
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
  bool character(Set& set) {
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

  bool read_class(Set& set) {
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

  // A capture within one of several ways may have to be undone.
  static void undo_in_ways(Steps& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].kind != Step::Kind::either) continue;
      const auto last = i + steps[i].skip - 1;  // of the first way: a jump over the second, if there is one
      const auto end = last + (steps[last].kind == Step::Kind::jump ? steps[last].skip : 1);
      for (auto step = i + 1; step < end; ++step)
        if (steps[step].kind == Step::Kind::save) steps[step].kind = Step::Kind::save_undone;
    }
  }

  // Literals that follow one another become one, where no jump leads between them.
  static Steps joined(const Steps& steps) {
    std::vector<bool> target(steps.size() + 1);
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].skip != 0) target[i + steps[i].skip] = true;
    std::vector<std::uint32_t> place(steps.size() + 1);
    Steps out;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto& step = steps[i];
      const bool more = !out.empty() && !target[i] && step.kind == Step::Kind::literal &&
                        out.back().kind == Step::Kind::literal &&
                        out.back().index + out.back().length == step.index;
      if (more)
        out.back().length += step.length;
      else
        out.push_back(step);
      place[i] = size(out) - 1;
    }
    place[steps.size()] = size(out);
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].skip != 0) out[place[i]].skip = place[i + steps[i].skip] - place[i];
    return out;
  }
};

std::optional<LineMatcher> LineMatcher::compile(std::string_view pattern, bool open_end) {
  LineMatcher matcher;
  matcher.open_end_ = open_end;
  Compiler compiler{matcher, pattern};
  const auto steps = compiler.expression();
  if (compiler.failed || !compiler.rest.empty()) return std::nullopt;
  matcher.steps_ = Compiler::joined(steps);
  Compiler::undo_in_ways(matcher.steps_);
  auto& own = matcher.steps_;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].kind != Step::Kind::repeat) continue;
    auto after = i + 1;
    while (after < own.size() && own[after].kind == Step::Kind::save) ++after;
    const auto& set = matcher.sets_[own[i].index];
    own[i].any = set.count() == set.size() - 1 && !set[byte('\n')];
    if (after == own.size()) {
      own[i].certain = true;
    } else if (own[after].kind == Step::Kind::literal) {
      own[i].certain = !set[byte(matcher.literals_[own[after].index])];
      own[i].then = static_cast<std::uint32_t>(after);
    }
  }
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
    while (count < most && set[byte(text[at + count])]) ++count;
    return count;
  }

  // A repetition of up to `count` with a literal behind it: only where that stands need the rest be tried.
  bool before_literal(std::size_t step, std::size_t at, std::size_t count) {
    const auto& repeat = matcher.steps_[step];
    const auto& then = matcher.steps_[repeat.then];
    const auto literal = std::string_view(matcher.literals_).substr(then.index, then.length);
    for (auto end = at + count + 1; end-- > at + repeat.least;) {
      if (end >= text.size() || text[end] != literal.front() || !text.substr(end).starts_with(literal))
        continue;
      if (from(step + 1, end)) return true;
      if (patience < 0) return false;
    }
    return false;
  }

  bool from(std::size_t step, std::size_t at) {
    if (--patience < 0) return false;
    for (; step < matcher.steps_.size(); ++step) {
      const auto& now = matcher.steps_[step];
      switch (now.kind) {
        case Step::Kind::literal:
          if (text.substr(at, now.length) !=
              std::string_view(matcher.literals_).substr(now.index, now.length))
            return false;
          at += now.length;
          break;
        case Step::Kind::repeat: {
          const auto count = run_length(now, at);
          patience -= static_cast<int>(count / kCharactersOfWay);
          if (count < now.least) return false;
          if (now.certain || count == now.least) {
            at += count;
            break;
          }
          if (now.then != 0) return before_literal(step, at, count);
          for (auto length = count; length > now.least; --length)
            if (from(step + 1, at + length)) return true;
          if (patience < 0) return false;
          at += now.least;
          break;
        }
        case Step::Kind::repeat_lazy: {
          const auto& set = matcher.sets_[now.index];
          const auto most = std::min<std::size_t>(text.size() - at, now.most);
          for (std::size_t count = 0; count <= most; ++count) {
            if (count >= now.least && from(step + 1, at + count)) return true;
            if (patience < 0 || at + count == text.size() || !set[byte(text[at + count])]) return false;
          }
          return false;
        }
        case Step::Kind::either:
          if (from(step + 1, at)) return true;
          if (patience < 0) return false;
          step += now.skip - 1;
          break;
        case Step::Kind::jump:
          step += now.skip - 1;
          break;
        case Step::Kind::save:
          slots[now.index] = at;
          break;
        case Step::Kind::save_undone: {
          const auto before = slots[now.index];
          slots[now.index] = at;
          if (from(step + 1, at)) return true;
          slots[now.index] = before;
          return false;
        }
      }
    }
    return matcher.open_end_ || at == text.size();
  }
};

LineMatcher::Answer LineMatcher::match(std::string_view text, Groups& groups) const {
  Run run{*this, text, {}};
  run.slots.fill(std::string_view::npos);
  if (!run.from(0, 0)) return run.patience < 0 ? Answer::gave_up : Answer::no;
  groups.fill({});
  for (std::size_t g = 0; g < groups_; ++g)
    if (const auto begin = run.slots[2 * g], end = run.slots[2 * g + 1]; end != std::string_view::npos)
      groups[g] = text.substr(begin, end - begin);
  return Answer::yes;
}

}  // namespace parser
