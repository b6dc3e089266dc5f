// LineMatcher against RE2, which says what each pattern means.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "parser/line_matcher.h"
#include "parser/rules.h"
#include "parser/scan.h"
#include "parser/splat_rule.h"
#include "tests/parser/found.h"

namespace {

using parser::LineMatcher;
using Answer = LineMatcher::Answer;

// What RE2 captures, or nothing where it does not match.
std::optional<LineMatcher::Groups> by_re2(const std::string& pattern, bool open_end, std::string_view text) {
  const RE2 re(pattern, RE2::Latin1);
  REQUIRE(re.ok());
  std::array<re2::StringPiece, LineMatcher::kMaxGroups + 1> found;
  if (!re.Match({text.data(), text.size()}, 0, text.size(), open_end ? RE2::ANCHOR_START : RE2::ANCHOR_BOTH,
                found.data(), re.NumberOfCapturingGroups() + 1))
    return std::nullopt;
  LineMatcher::Groups groups;
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = {found[i + 1].data(), found[i + 1].size()};
  return groups;
}

void compare(const std::string& pattern, std::string_view text) {
  CAPTURE(pattern);
  CAPTURE(text);
  for (const bool open_end : {false, true}) {
    const auto matcher = LineMatcher::compile(pattern, open_end);
    REQUIRE(matcher.has_value());
    LineMatcher::Groups groups;
    const auto answer = matcher->match(text, groups);
    const auto expected = by_re2(pattern, open_end, text);
    REQUIRE(answer != Answer::gave_up);
    REQUIRE((answer == Answer::yes) == expected.has_value());
    if (expected) CHECK(groups == *expected);
  }
}

// Patterns of the matcher's language, grown at random.
class Patterns {
 public:
  explicit Patterns(unsigned seed) : random_(seed) {}
  std::string expression(int depth) {
    auto text = sequence(depth);
    while (below(4) == 0) text += "|" + sequence(depth);
    return text;
  }
  std::string text() {
    std::string text;
    for (auto n = below(9); n > 0; --n) text += std::string_view("aab0 -\n")[below(7)];
    return text;
  }

 private:
  std::string sequence(int depth) {
    std::string text;
    for (auto n = below(4); n > 0; --n) text += piece(depth);
    return text;
  }
  std::string piece(int depth) {
    static const std::vector<std::string> kOne{"a",     "b", "0",    " ",    R"(\d)",     R"(\w)", R"(\S)",
                                               R"(\s)", ".", "[ab]", "[^a]", R"([a\-0])", "[0-9b]"};
    static const std::vector<std::string> kMany{"",   "",   "",   "?",   "*",     "+",
                                                "*?", "+?", "??", "{2}", "{1,2}", "{1,}"};
    if (depth > 0 && groups_ < 8 && below(3) == 0) {
      const bool captures = below(2) == 0;
      groups_ += captures ? 1 : 0;
      return (captures ? "(" : "(?:") + expression(depth - 1) + ")" + (below(3) == 0 ? "?" : "");
    }
    return kOne[below(kOne.size())] + kMany[below(kMany.size())];
  }
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  std::mt19937 random_;
  std::size_t groups_ = 0;
};

}  // namespace

TEST_CASE("patterns grown at random match and capture as RE2 says") {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Patterns patterns(seed);
    const auto pattern = patterns.expression(3);
    for (int i = 0; i < 10; ++i) compare(pattern, patterns.text());
  }
}

TEST_CASE("the shapes that tables use match and capture as RE2 says") {
  compare("(Read|Write) of size (\\d+) (?:at addr +([0-9a-f]+|\\([^)]*\\)) )?by task (.+)",
          "Read of size 8 at addr ffff888104a3c018 by task a by task b/412");
  compare("(Read|Write) of size (\\d+) (?:at addr +([0-9a-f]+|\\([^)]*\\)) )?by task (.+)",
          "Write of size 4 by task a/b/7");
  compare("(.+) in (.+?) at (.*)", "x in y in z at a at b");
  compare("a(?:(b)c|(b)d)", "abd");
  compare("(a|ab)(c|bcd)", "abcd");
}

TEST_CASE("what is not in its language is RE2's") {
  for (const auto* pattern : {"(?i)a", "(?:ab)*", "(a)+", "a$", "^a", "\\bword", "[[:alpha:]]", "\\x41",
                              "a**", "(", "a)", "[a", "(1)(2)(3)(4)(5)(6)(7)(8)(9)"})
    CHECK_MESSAGE(!LineMatcher::compile(pattern, false).has_value(), pattern);
}

TEST_CASE("a line made to be tried in ever more ways is given up, and RE2 answers") {
  const parser::Rule rule{"", "", R"((.+)a(.+)a(.+)a(.+)b)", ""};
  const parser::LinePattern pattern(rule);
  const std::string hostile(20'000, 'a');
  LineMatcher::Groups groups;
  CHECK(LineMatcher::compile(rule.pattern, false)->match(hostile, groups) == Answer::gave_up);
  CHECK_FALSE(pattern.match(hostile, groups));
  const auto ended = hostile + "b";
  CHECK(pattern.match(ended, groups));
  CHECK(groups[3] == "a");
}

TEST_CASE("all rules are in the matcher's language, and take what RE2 takes of each line of testdata") {
  std::vector<parser::LinePattern> patterns;
  for (const auto& named : parser::rule_tables())
    for (const auto& rule : named.table->rules()) patterns.emplace_back(rule);
  for (const auto* splat : parser::splat_rules()) patterns.emplace_back(splat->rule);
  for (const auto& pattern : patterns) CHECK_MESSAGE(pattern.has_matcher(), pattern.rule().pattern);

  std::vector<std::string> lines;
  for (const auto& sample : parser_tests::all_samples()) {
    std::istringstream in(sample.log);
    for (std::string raw; std::getline(in, raw);)
      lines.emplace_back(parser::trim_right(parser::trim_left(parser::read_line(raw, 1).text)));
  }
  for (const auto& pattern : patterns)
    for (const auto& line : lines) {
      const auto& rule = pattern.rule();
      if (!line.starts_with(rule.starts) || line.find(rule.holds) == std::string::npos) continue;
      LineMatcher::Groups own, re2;
      const bool took = pattern.match(line, own);
      const bool expected = pattern.match_expression(line, re2);
      if (took != expected || (took && own != re2)) {
        CAPTURE(line);
        FAIL_CHECK(rule.pattern);
      }
    }
}
