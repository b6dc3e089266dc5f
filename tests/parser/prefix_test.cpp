// What stands before the kernel's text: each shape by itself (testdata/prefixes), and a whole report under
// each.
#include "parser/prefix.h"

#include <doctest/doctest.h>

#include "tests/parser/found.h"

namespace {

using namespace parser_tests;

std::string said(const parser::Line& line) {
  std::string text = "time " + (line.time_us ? std::to_string(*line.time_us) : "-");
  text += " level " + (line.level ? std::to_string(*line.level) : "-");
  text += " caller " + (line.caller.known() ? line.caller.kind + std::to_string(line.caller.id) : "-");
  text += line.userspace ? " user" : line.prefixed ? " kernel" : " bare";
  return text + " |" + std::string(line.text) + "|";
}

// The lines of a report as the kernel said them, without any prefix; two lines of one printk are joined.
std::vector<std::string> records(const std::string& name) {
  const auto sample = read_sample(std::string(DEPOT_SOURCE_DIR) + "/testdata/reports/" + name, name);
  std::vector<std::string> result;
  std::istringstream in(sample.log);
  for (std::string raw; std::getline(in, raw);) {
    std::string text(parser::read_line(raw, 1).text);
    const bool second = text.starts_with(" which belongs to the cache") || text.find("-byte region [") < 20;
    if (second)
      result.back() += '\n' + text;
    else
      result.push_back(text);
  }
  return result;
}

// `prefix` on each line, as consoles have it.
std::string on_each_line(const std::vector<std::string>& said_lines, const std::string& prefix) {
  std::string text;
  for (const auto& record : said_lines) {
    std::istringstream in(record);
    std::string line;
    if (record.empty()) text += prefix + '\n';
    while (std::getline(in, line)) text.append(prefix).append(line).append("\n");
  }
  return text;
}

// `prefix` on the first line of a record, the others indented by its width, as dmesg has it.
std::string on_each_record(const std::vector<std::string>& said_lines, const std::string& prefix) {
  std::string text;
  for (const auto& record : said_lines) {
    const auto end = record.find('\n');
    text += prefix + record.substr(0, end) + '\n';
    if (end != std::string::npos) text += std::string(prefix.size(), ' ') + record.substr(end + 1) + '\n';
  }
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// All that a report says but the line numbers and how its lines were told from others'.
std::string report_of(const std::string& log) {
  const auto found = parse(log);
  REQUIRE(found->reports.size() == 1);
  auto report = found->reports[0];
  report.demux = parser::Demux::none;
  auto text = whole_report(*found, report, Lines::none) + "saves " + std::to_string(found->saves());
  return text;
}

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
};
constexpr const char* kReports[] = {"kasan/v6.12-uaf-own-cache.txt", "kasan/v6.12-stack-frame-objects.txt",
                                    "kasan/v6.1-uaf.txt", "slub/v6.12-own-warning.txt",
                                    "slub/v6.1-right-redzone.txt"};

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
