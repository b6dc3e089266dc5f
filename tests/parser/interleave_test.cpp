// Two callers that print at once: "[  T1]" and "[    C0]" tell their lines apart.
#include <doctest/doctest.h>

#include <random>

#include "parser/scan.h"
#include "tests/parser/found.h"

namespace {

using namespace parser_tests;

std::vector<std::string> lines_of(const std::string& name) {
  const auto sample = read_sample(std::string(DEPOT_SOURCE_DIR) + "/testdata/reports/" + name + ".txt", name);
  std::vector<std::string> lines;
  std::istringstream in(sample.log);
  for (std::string line; std::getline(in, line);) lines.push_back(line + '\n');
  return lines;
}

// The same lines as if `caller` had printed them; those of others are left out.
std::vector<std::string> said_by(const std::vector<std::string>& lines, const std::string& caller) {
  std::vector<std::string> said;
  for (const auto& line : lines) {
    const auto read = parser::read_line(line, 1);
    if (read.prefixed) said.push_back("[   10.000000][" + caller + "] " + std::string(read.text));
  }
  return said;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

std::multiset<std::string> reports_of(const Found& found) {
  std::multiset<std::string> reports;
  for (const auto& report : found.reports) reports.insert(whole_report(found, report, Lines::none));
  return reports;
}

void check_merge(const std::string& one, const std::string& other) {
  CAPTURE(one);
  CAPTURE(other);
  const auto first = said_by(lines_of(one), "   T1");
  const auto second = said_by(lines_of(other), "   C0");
  const auto alone_first = parse(joined(first));
  const auto alone_second = parse(joined(second));
  REQUIRE(alone_first->reports.size() == 1);
  REQUIRE(alone_second->reports.size() == 1);
  auto expected = reports_of(*alone_first);
  expected.merge(reports_of(*alone_second));

  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::string merged;
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < first.size() || b < second.size()) {
      // Strictly in turn the first time, then in any order.
      const bool take_first = round == 0 ? (a <= b) : random() % 2 == 0;
      if (b >= second.size() || (take_first && a < first.size()))
        merged += first[a++];
      else
        merged += second[b++];
    }
    const auto found = parse(merged);
    CHECK(reports_of(*found) == expected);
    CHECK(found->saves() == alone_first->saves() + alone_second->saves());
    for (const auto& report : found->reports) CHECK(report.demux == parser::Demux::caller);
  }
}

}  // namespace

TEST_CASE("two reports merged line by line are the same two reports") {
  check_merge("kasan/v6.12-uaf-own-cache", "kasan/v6.12-uaf-rcu-work-creation");
  check_merge("kasan/v6.12-stack-frame-objects", "kasan/v6.1-uaf");
  check_merge("kasan/v6.12-sw-tags-uaf-work", "kasan/v6.12-deep-stack-64-frames");
  check_merge("slub/v6.12-own-warning", "kasan/v6.12-double-free");
  check_merge("slub/v6.1-right-redzone", "slub/v6.12-kmalloc-redzone");
}

TEST_CASE("lines of callers that have nothing to do with a report leave it alone") {
  const auto lines = said_by(lines_of("kasan/v6.12-uaf-own-cache"), "  T77");
  const auto alone = parse(joined(lines));
  std::string noisy;
  for (const auto& line : lines)
    noisy += line + "[   10.000000][  T512] foo: ready\n[   10.000000][    C3]  bar+0x10/0x20\n" +
             "[   10.000000][    C3] \n";
  CHECK(reports_of(*parse(noisy)) == reports_of(*alone));
}

TEST_CASE("without callers another splat in the middle of a report damages it, and says so") {
  const auto lines = lines_of("kasan/v6.12-uaf-own-cache");
  std::string text;
  for (std::size_t i = 0; i < 30; ++i)
    text += "[   10.000000] " + std::string(parser::read_line(lines[i], 1).text);
  text += "[   10.000000] BUG: unable to handle page fault for address: ffffdc0000000003\n";
  const auto found = parse(text);
  REQUIRE(found->reports.size() == 2);
  CHECK(found->reports[0].demux == parser::Demux::none);
  CHECK(found->reports[0].corrupted_reason == "another splat begins before the closing ruler");
  CHECK(found->reports[1].family == parser::Family::oops);
  CHECK_FALSE(found->reports[1].corrupted_reason.empty());
}
