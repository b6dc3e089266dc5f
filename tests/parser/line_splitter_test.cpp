#include "parser/line_splitter.h"

#include <doctest/doctest.h>

#include <vector>

namespace {

struct Split {
  std::vector<std::string> lines;
  parser::TextFacts facts;
};

Split split(std::string_view text, std::size_t piece) {
  Split result;
  parser::LineSplitter splitter;
  std::uint64_t expected = 1;
  const auto on_line = [&](std::string_view line, std::uint64_t number) {
    CHECK(number == expected++);
    result.lines.emplace_back(line);
  };
  while (!text.empty()) {
    const std::string copy(text.substr(0, piece));
    splitter.feed(copy, on_line);
    text.remove_prefix(copy.size());
  }
  splitter.finish(on_line);
  result.facts = splitter.facts();
  return result;
}

void check(std::string_view text, const std::vector<std::string>& expected) {
  for (const std::size_t piece : {1u, 2u, 3u, 5u, 1000u}) {
    CAPTURE(piece);
    const auto result = split(text, piece);
    CHECK(result.lines == expected);
    CHECK(result.facts.bytes == text.size());
    CHECK(result.facts.lines == expected.size());
  }
}

}  // namespace

TEST_CASE("bytes become lines, whatever the pieces") {
  using namespace std::string_view_literals;
  check("", {});
  check("\n", {""});
  check("a\nbc\n", {"a", "bc"});
  check("a\nbc", {"a", "bc"});
  check("a\n\n\nb", {"a", "", "", "b"});
  check("a\r\nb\r\r\n\r\n", {"a", "b", ""});
  check("a\rb\n", {"a\rb"});
  check("a\0b\0\0\n\0\nc"sv, {"ab", "", "c"});
  check("\x1b[31ma\x1b[0mb\x1b[1;33;40mc\n", {"abc"});
  check(
      "\x1b]0;title\x07"
      "a\n\x1b]0;title\x1b\\b\n",
      {"a", "b"});
  check(
      "\x1b"
      "7a\x1b"
      "8b\n",
      {"ab"});
  check("a\x1b", {"a"});
  check("a\x1b[\nb\n", {"a", "b"});
  check("\xc3\xa4\xff\n", {"\xc3\xa4\xff"});
}

TEST_CASE("a long line is cut, counted, and the next one whole") {
  const auto text = std::string(3 * parser::LineSplitter::kMaxLine, 'x') + "\nnext\n";
  for (const std::size_t piece : {1000u, 65536u, 65537u, 1000000u}) {
    const auto result = split(text, piece);
    REQUIRE(result.lines.size() == 2);
    CHECK(result.lines[0] == std::string(parser::LineSplitter::kMaxLine, 'x'));
    CHECK(result.lines[1] == "next");
    CHECK(result.facts.cut_lines == 1);
    CHECK(result.facts.bytes == text.size());
  }
}

TEST_CASE("a hole of NUL bytes takes none of a long line's room") {
  constexpr auto kMost = parser::LineSplitter::kMaxLine;
  const std::string begin(1000, 'a'), hole(5000, '\0');
  const std::string fits(kMost - 1001, 'b');
  for (const std::size_t piece : {999u, 4096u, 65536u, 1000000u}) {
    CAPTURE(piece);
    const auto whole = split(begin + hole + fits + "\nnext\n", piece);
    REQUIRE(whole.lines.size() == 2);
    CHECK(whole.lines[0] == begin + fits);
    CHECK(whole.facts.cut_lines == 0);
    const auto cut = split(begin + hole + fits + "xyz" + hole + "\nnext\n", piece);
    REQUIRE(cut.lines.size() == 2);
    CHECK(cut.lines[0] == begin + fits);
    CHECK(cut.facts.cut_lines == 1);
    CHECK(cut.facts.nul_bytes == 2 * hole.size());
  }
}

TEST_CASE("a text long enough to be proved one is split like any other") {
  std::string text;
  std::vector<std::string> lines;
  const auto add = [&](const std::string& line, const std::string& as_printed) {
    lines.push_back(line);
    text += as_printed + '\n';
  };
  for (int i = 0; i < 3000; ++i) {
    const auto line = "line " + std::string(static_cast<std::size_t>(i % 150), 'x');
    add(line, line);
    if (i % 7 == 0) add("", "\r");
    if (i % 97 == 0) add("ab", "a\x1b[31mb\r");
    if (i % 151 == 0) add("cd", std::string("c\0d", 3));
    if (i % 1009 == 0) add(std::string(9000, 'y'), std::string(9000, 'y'));
  }
  text += "no newline";
  lines.push_back("no newline");
  for (const std::size_t piece : {1u, 64u, 4095u, 4096u, 4097u, 10000000u}) {
    CAPTURE(piece);
    const auto result = split(text, piece);
    CHECK(result.lines == lines);
    CHECK(result.facts.bytes == text.size());
    CHECK(result.facts.lines == lines.size());
    CHECK(result.facts.text_bytes == split(text, 1).facts.text_bytes);
  }
}

TEST_CASE("text is told from other bytes") {
  CHECK(split("[    1.000000] foo: up\n", 1000).facts.text_lines == 1);
  CHECK(split("gr\xc3\xbc\xc3\x9f dich\n", 1000).facts.text_lines == 1);
  CHECK(split("\x01\x02\x03\x04\n", 1000).facts.text_lines == 0);
  CHECK(split("\n", 1000).facts.text_lines == 0);
  CHECK(split(std::string("a\0b\0c\0d\0e\0f\0\n", 13), 1000).facts.text_lines == 0);
  CHECK(split(std::string(100, '\0') + "[    1.000000] foo: up\n", 1000).facts.text_lines == 1);
  CHECK(split(std::string(100, '\0') + "[    1.000000] foo: up\n", 1000).facts.nul_bytes == 100);
}
