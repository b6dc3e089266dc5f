// Tables of printed lines: a literal that the text begins with, tried first, then one RE2 pattern over the
// text. Each entry carries a real sample; tests check that the sample matches and that testdata holds
// such a line.
#pragma once
#include <re2/re2.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace parser {

struct Rule {
  std::string_view starts;    // literal prefix of the text, leading blanks taken off; may be empty
  std::string_view holds;     // a literal anywhere in it, where it has no prefix of its own; may be empty
  const char* pattern;        // RE2, of the whole text
  std::string_view sample;    // a line that it is for
  std::string_view firsts{};  // where it has no literal prefix: the characters that it may begin with
};

// A rule, compiled.
class LinePattern {
 public:
  static constexpr std::size_t kMaxGroups = 8;
  using Groups = std::array<std::string_view, kMaxGroups>;

  // `rule` must outlive it.
  explicit LinePattern(const Rule& rule);

  // Captures that took no part are empty.
  bool match(std::string_view text, Groups& groups) const;

 private:
  const Rule* rule_;
  std::unique_ptr<RE2> re_;   // none where a literal says it all
  std::string_view literal_;  // the pattern, without an open end
  bool open_end_ = false;     // anything may follow
  int groups_ = 0;
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
  std::array<std::vector<std::uint8_t>, 256> by_first_;  // the rules that a first character leaves
};

// The tables there are, for tests.
struct NamedTable {
  std::string_view name;
  const RuleTable* table;
};
std::vector<NamedTable> rule_tables();

}  // namespace parser
