// Tables of printed lines: a literal that the text begins with, tried first, then one pattern over the text,
// in RE2's language. Each entry carries a real sample; tests check that the sample matches and that testdata
// holds such a line.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "parser/line_matcher.h"
#include "parser/starts.h"

namespace parser {

struct Rule {
  std::string_view starts;    // literal prefix of the text, leading blanks taken off; may be empty
  std::string_view holds;     // a literal anywhere in it, where it has no prefix of its own; may be empty
  const char* pattern;        // RE2, of the whole text
  std::string_view sample;    // a line that it is for
  std::string_view firsts{};  // where it has no literal prefix: the characters that it may begin with
};

// A rule, compiled. What each line is asked for lies in one cache line, at its front.
class alignas(64) LinePattern {
 public:
  using Groups = LineMatcher::Groups;

  // `rule` must outlive it.
  explicit LinePattern(const Rule& rule);
  ~LinePattern();
  LinePattern(LinePattern&&) noexcept;
  LinePattern& operator=(LinePattern&&) noexcept;

  // Captures that took no part are empty. `text` begins as the rule says: whoever has many rules looks for
  // that himself.
  bool match(std::string_view text, Groups& groups) const;
  // The same by RE2, for what the matcher gives up, and for tests.
  bool match_expression(std::string_view text, Groups& groups) const;

  const Rule& rule() const { return *rule_; }
  bool has_matcher() const { return has_matcher_; }

 private:
  struct Expression;  // of RE2, compiled when a line first needs it

  std::string_view holds_;  // without the blanks at its front, which lines have many of
  bool has_matcher_ = false;
  LineMatcher matcher_;
  const Rule* rule_;
  std::string_view pattern_;  // without an open end
  bool open_end_ = false;     // anything may follow
  std::unique_ptr<Expression> expression_;
};

// One family's table, compiled once.
class RuleTable {
 public:
  using Groups = LinePattern::Groups;

  // At most 256 rules.
  explicit RuleTable(std::span<const Rule> rules);

  // The index of the first rule that takes `text`, its captures in `groups`.
  std::optional<std::size_t> match(std::string_view text, Groups& groups) const;

  std::span<const Rule> rules() const { return rules_; }

 private:
  std::span<const Rule> rules_;
  std::vector<LinePattern> patterns_;
  struct Entry {
    [[no_unique_address]] Start start;
    std::uint8_t rule;
  };
  std::array<std::vector<Entry>, 256> by_first_;  // the rules that a first character leaves
};

// The tables there are, for tests.
struct NamedTable {
  std::string_view name;
  const RuleTable* table;
};
std::vector<NamedTable> rule_tables();

}  // namespace parser
