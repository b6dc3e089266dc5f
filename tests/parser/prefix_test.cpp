// What stands before the kernel's text: each shape by itself (testdata/prefixes), and a whole report under
// each.
#include "parser/prefix.h"

#include <doctest/doctest.h>

#include "tests/parser/shapes.h"

namespace {

using namespace parser_tests;

constexpr const char* kPrefixes[] = {
    "[   12.345678] ",
    "[   12.345678][  T123] ",
    "[   12.345678][    C0] ",
    "[  T123] ",
    "<3>[   12.345678] ",
    "<4>[   12.345678][T12345] ",
    "<6>",
    "kern  :err   : [   12.345678] ",
    "kern  :warn  : [   12.345678][  T123] ",
    "[Thu Jan 25 17:37:24 2024] ",
    "[Thu Jan 25 17:37:24 2024][  T123] ",
    "[   12.345678 <    0.000001>] ",
    "[Jan25 17:37] ",
    "[  +0.000001] ",
    "2024-01-25T17:37:24,345678+00:00 ",
    "Jan 25 17:37:24 host kernel: ",
    "Jan  5 17:37:24 host kernel: [   12.345678] ",
    "Jan 25 17:37:24 host kernel: [   12.345678][  T123] ",
    "2024-01-25T17:37:24.123456+00:00 host kernel: ",
    "2024-01-25T17:37:24.123456+00:00 host kernel: [   12.345678] ",
    "** 7 printk messages dropped ** [   12.345678] ",
    "[   12.345678] [7:  OST-Normal-13:17476] ",
    "<4>[   12.345678]  (7)[17476:kworker/7:1]",
    "[   12.345678] host kernel: ",
    "Thu Jan 25 17:37:24 2024 kern.err kernel: [   12.345678] ",
    "Thu 2024-01-25 17:37:24 UTC host kernel: ",
    "1706204244.123456 host kernel: ",
    "<3>1 2024-01-25T17:37:24.123456+00:00 host kernel - - - ",
};
// Around any text, prefixes or none.
constexpr const char* kWrappings[] = {
    "> ",
    "> > ",
    ">> ",
    "2024-01-25T17:37:24.1234567Z ",
    "2024-01-25T17:37:24.123456Z 00O ",
    "[2024-01-25 17:37:24.123] ",
    "2024-01-25T17:37:24.1234567Z > ",
};
}  // namespace

TEST_CASE("each shape of prefix is taken off and read") {
  std::istringstream in(read_file(std::string(DEPOT_SOURCE_DIR) + "/testdata/prefixes/lines.txt"));
  std::string raw;
  std::size_t checked = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("> ")) raw = line.substr(2);
    if (!line.starts_with("= ")) continue;
    CAPTURE(raw);
    CHECK(said(parser::read_line(raw, 1)) == line.substr(2));
    ++checked;
  }
  CHECK(checked > 30);
}

TEST_CASE("a report is the same under each prefix") {
  for (const auto* name : kReports) {
    CAPTURE(name);
    const auto lines = records(name);
    const auto bare = report_of(on_each_line(lines, ""));
    for (const auto* prefix : kPrefixes) {
      CAPTURE(prefix);
      CHECK(report_of(on_each_line(lines, prefix)) == bare);
      CHECK(report_of(on_each_record(lines, prefix)) == bare);
    }
  }
}

TEST_CASE("a report is the same inside what wraps any text") {
  for (const auto* name : kReports) {
    CAPTURE(name);
    const auto lines = records(name);
    const auto bare = report_of(on_each_line(lines, ""));
    for (const std::string wrapping : kWrappings) {
      CAPTURE(wrapping);
      for (const auto* prefix : {"", "[   12.345678] ", "[   12.345678][  T123] ", "<3>"}) {
        CAPTURE(prefix);
        CHECK(report_of(on_each_line(lines, wrapping + prefix)) == bare);
      }
    }
  }
}

TEST_CASE("the lines of one printk come out as the kernel's") {
  parser::PrefixReader reader;
  CHECK(said(reader.read("<3>[   12.345678][  T123] The buggy address", 1)) ==
        "time 12345678 level 3 caller T123 kernel |The buggy address|");
  CHECK(said(reader.read(std::string(26, ' ') + " which belongs", 2)) ==
        "time 12345678 level 3 caller T123 kernel | which belongs|");
  CHECK(said(reader.read(std::string(26, ' ') + "and a third", 3)) ==
        "time 12345678 level 3 caller T123 kernel |and a third|");
  CHECK(said(reader.read("a program", 4)) == "time - level - caller - bare |a program|");
  CHECK(said(reader.read(std::string(26, ' ') + "indented", 5)) ==
        "time - level - caller - bare |" + std::string(26, ' ') + "indented|");
  // Narrow prefixes are no dmesg's; a stack's own blanks follow them.
  CHECK(said(reader.read("<6>Call Trace:", 6)) == "time - level 6 caller - kernel |Call Trace:|");
  CHECK(said(reader.read("    foo+0x1/0x2", 7)) == "time - level - caller - bare |    foo+0x1/0x2|");
}

TEST_CASE("a report is the same whatever the line ends and whatever a terminal put between") {
  for (const auto* name : kReports) {
    CAPTURE(name);
    const auto lines = records(name);
    const auto bare = report_of(on_each_line(lines, ""));
    const auto log = on_each_line(lines, "[   12.345678][  T123] ");
    CHECK(report_of(replaced(log, "\n", "\r\n")) == bare);
    CHECK(report_of(replaced(log, "\n", "\r\r\n")) == bare);
    CHECK(report_of(replaced(log, "\n", std::string("\n\0\0", 3))) == bare);
    CHECK(report_of(replaced(log, "[  T123]", "\x1b[33m[  T123]\x1b[0m")) == bare);
    CHECK(report_of(replaced(log, "[   12", "\x1b[32m[   12")) == bare);
    CHECK(report_of("\x1b]0;a title\a" + replaced(log, "\n", "\x1b[K\r\n")) == bare);
    CHECK(report_of(log.substr(0, log.size() - 1)) == bare);
    CHECK(report_of(std::string(1'000'000, 'x') + '\n' + log) == bare);
    CHECK(report_of(std::string(1'000'000, '\0') + '\n' + log) == bare);
    // In the middle, as a caller of its own: ignored, and not held in memory.
    const auto middle = log.find('\n', log.size() / 2) + 1;
    CHECK(report_of(log.substr(0, middle) + "[   12.345678][    C1] " + std::string(1'000'000, 'y') + '\n' +
                    log.substr(middle)) == bare);
  }
}

TEST_CASE("rsyslog writes a tab as #011") {
  const auto sample = read_sample(std::string(DEPOT_SOURCE_DIR) + "/testdata/reports/slub/v4.9-info-form.txt",
                                  "slub/v4.9-info-form");
  CHECK(report_of(replaced(sample.log, "\t", "#011")) == report_of(sample.log));
}

TEST_CASE("an empty input, and one of blank lines, hold nothing") {
  for (const std::string log : {"", "\n", "\n\n\r\n", "[    1.000000] \n", "[    1.000000]", "<6>", "["}) {
    const auto found = parse(log);
    CHECK(found->reports.empty());
    CHECK(found->depot_traces.empty());
  }
}

TEST_CASE("two lines that stand on one are told by their times") {
  const auto halves = [](std::string_view raw) {
    const auto line = parser::read_line(raw, 1);
    std::string_view first;
    const auto second = parser::glued_line(line, first);
    return second ? std::string(first) + " | " + std::string(second->text) : std::string();
  };
  CHECK(halves("[   12.345678] foo: bar[   12.345680] BUG: baz") == "foo: bar | BUG: baz");
  CHECK(halves("[   12.345678][  T123] foo[   12.345678][    C0] BUG: baz") == "foo | BUG: baz");
  // The next one, whatever follows it.
  CHECK(halves("[   12.345678] foo[   12.345680] bar[   12.345690] baz") == "foo | bar[   12.345690] baz");
  // Quoted: after a blank, of an earlier time, of another minute, without the caller that its own line has.
  CHECK(halves("[   12.345678] foo: [   12.345680] BUG: baz").empty());
  CHECK(halves("[   12.345678] foo=\"[   11.345680] BUG: baz").empty());
  CHECK(halves("[   12.345678] foo=\"[   72.345680] BUG: baz").empty());
  CHECK(halves("[   12.345678][  T123] foo[   12.345680] BUG: baz").empty());
  CHECK(halves("[   12.345678] [   12.345680] BUG: baz").empty());
  CHECK(halves("foo[   12.345680] BUG: baz").empty());
  CHECK(halves("[   12.345678] foo[12]: bar[1.2]").empty());
}
