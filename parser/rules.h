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
  const char* pattern;        // RE2, full match
  std::string_view sample;    // a line that it is for
  std::string_view firsts{};  // where it has no literal prefix: the characters that it may begin with
};

// One family's table, compiled once.
class RuleTable {
 public:
  static constexpr std::size_t kMaxGroups = 8;
  using Groups = std::array<std::string_view, kMaxGroups>;

  explicit RuleTable(std::span<const Rule> rules);

  // The index of the first rule that takes `text`, its captures in `groups`. Captures that took no part are
  // empty.
  std::optional<std::size_t> match(std::string_view text, Groups& groups) const;

  std::span<const Rule> rules() const { return rules_; }

 private:
  struct Pattern {
    std::unique_ptr<RE2> re;  // none where a literal says it all
    std::string_view literal;
    bool open_end = false;  // anything may follow
    int groups = 0;
  };
  static Pattern compile(const char* pattern);
  bool matches(const Pattern& pattern, std::string_view text, Groups& groups) const;

  std::span<const Rule> rules_;
  std::vector<Pattern> patterns_;
  std::array<std::vector<std::uint8_t>, 256> by_first_;  // the rules that a first character leaves
};

// The tables there are, for tests.
struct NamedTable {
  std::string_view name;
  const RuleTable* table;
};
std::vector<NamedTable> rule_tables();

}  // namespace parser
