// Two callers that print at once: "[  T1]" and "[    C0]" tell their lines apart, or else what they say.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

// A report of testdata that is whole when its lines stand alone, without caller ids. Levels stay.
struct Known {
  std::string name, kernel;
  parser::Family family;
  std::vector<std::string> lines;
};

std::vector<Known> known_reports() {
  std::vector<Known> known;
  for (const auto& sample : all_samples()) {
    if (sample.name.find("containers") != std::string::npos) continue;
    std::vector<std::string> lines;
    std::istringstream in(sample.log);
    for (std::string text; std::getline(in, text);) {
      const auto read = parser::read_line(text, 1);
      const auto level = read.level ? "<" + std::to_string(*read.level) + ">" : "";
      lines.push_back(read.prefixed || text.empty()
                          ? level + "[   10.000000] " + std::string(read.prefixed ? read.text : "") + '\n'
                          : "");
    }
    const auto all = parse(joined(lines));
    for (const auto& report : all->reports) {
      const std::vector<std::string> own(lines.begin() + static_cast<long>(report.first_line) - 1,
                                         lines.begin() + static_cast<long>(report.end_line));
      if (own.size() < 8 || std::find(own.begin(), own.end(), "") != own.end()) continue;
      const auto alone = parse(joined(own));
      if (alone->reports.size() != 1 || !alone->reports[0].corrupted_reason.empty()) continue;
      known.push_back({sample.name, alone->reports[0].kernel, report.family, own});
    }
  }
  return known;
}

bool kasan(const Known& report) {
  return report.family == parser::Family::kasan;
}
bool slub(const Known& report) {
  return report.family == parser::Family::slub;
}
bool other(const Known& report) {
  return !kasan(report) && !slub(report);
}

const Known& of_name(const std::vector<Known>& known, std::string_view name) {
  const auto found = std::find_if(known.begin(), known.end(), [name](const Known& report) {
    return report.name.find(name) != std::string::npos;
  });
  REQUIRE(found != known.end());
  return *found;
}

std::string merged(const std::vector<std::string>& first, const std::vector<std::string>& second,
                   unsigned longest, std::mt19937& random) {
  std::string text;
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < first.size() || b < second.size()) {
    const bool take_first = b >= second.size() || (a < first.size() && random() % 2 == 0);
    for (auto block = 1 + random() % longest; block > 0; --block)
      if (take_first && a < first.size())
        text += first[a++];
      else if (!take_first && b < second.size())
        text += second[b++];
  }
  return text;
}

// What a report is about, and the stacks that the depot holds of it.
std::multiset<std::string> essence(const Found& found) {
  std::multiset<std::string> reports;
  for (const auto& report : found.reports) {
    std::string text = report.title + '\n' + report.type + '\n' + report.guilty + '\n';
    for (const auto& line : report_lines(report))
      if (line.starts_with("ACCESS") || line.starts_with("OBJECT")) text += line + '\n';
    std::multiset<std::string> stacks;
    for (const auto& trace : report.traces) {
      if (!trace.in_depot) continue;
      std::string stack(parser::role_name(trace.role));
      for (const auto& ref : trace.frames) stack += "\n  " + frame_text(found.frames()[ref.frame]);
      stacks.insert(stack);
    }
    for (const auto& stack : stacks) text += stack + '\n';
    reports.insert(text);
  }
  return reports;
}

// All of both reports, live stacks with their "?" frames included.
std::multiset<std::string> everything_said(const Found& found) {
  std::multiset<std::string> reports;
  for (auto report : found.reports) {
    report.demux = parser::Demux::none;
    report.corrupted_reason.clear();
    reports.insert(whole_report(found, report, Lines::none));
  }
  return reports;
}

struct Score {
  int merges = 0, exact = 0, marked = 0, to_the_last_frame = 0, admitted = 0, silent = 0;
  double fraction() const { return static_cast<double>(exact) / merges; }
};

void add_merge(Score& score, const Known& one, const Known& other, const std::string& text) {
  const auto first = parse(joined(one.lines));
  const auto second = parse(joined(other.lines));
  auto expected = essence(*first);
  expected.merge(essence(*second));
  auto whole = everything_said(*first);
  whole.merge(everything_said(*second));
  const auto found = parse(text);
  bool says_so = false;
  for (const auto& report : found->reports) says_so = says_so || !report.corrupted_reason.empty();
  ++score.merges;
  const bool exact = essence(*found) == expected;
  score.exact += exact ? 1 : 0;
  score.marked += exact && says_so ? 1 : 0;
  score.to_the_last_frame += everything_said(*found) == whole ? 1 : 0;
  score.admitted += !exact && says_so ? 1 : 0;
  score.silent += !exact && !says_so ? 1 : 0;
}

Score score_merges(const std::vector<std::pair<const Known*, const Known*>>& pairs, unsigned longest) {
  Score score;
  std::mt19937 random(longest);
  for (const auto& [one, other] : pairs)
    add_merge(score, *one, *other, merged(one->lines, other->lines, longest, random));
  return score;
}

// The lines of two CPUs in turn; the second begins when the first has printed `ahead`.
std::string in_turn(const std::vector<std::string>& first, const std::vector<std::string>& second,
                    std::size_t ahead) {
  std::string text;
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < first.size() || b < second.size()) {
    if (a < first.size()) text += first[a++];
    if (a >= ahead && b < second.size()) text += second[b++];
  }
  return text;
}

std::string said(const Score& score) {
  const auto percent = [&](int count) { return std::to_string(std::lround(100.0 * count / score.merges)); };
  return percent(score.exact) + " % of " + std::to_string(score.merges) + " exact (" + percent(score.marked) +
         " % say that a frame may be wrong), " + percent(score.to_the_last_frame) +
         " % with all live frames; " + percent(score.admitted) + " % differ and say so, " +
         percent(score.silent) + " % differ and do not";
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

TEST_CASE("without caller ids most merges of two reports by chance are the same two reports") {
  const auto known = known_reports();
  const auto pairs_of = [&](const auto& of_first, const auto& of_second, bool same_kernel) {
    std::vector<std::pair<const Known*, const Known*>> pairs;
    std::mt19937 random(7);
    for (int tries = 0; pairs.size() < 40 && tries < 200000; ++tries) {
      const auto& one = known[random() % known.size()];
      const auto& two = known[random() % known.size()];
      if (&one == &two || !of_first(one) || !of_second(two)) continue;
      if (same_kernel && (one.kernel.empty() || one.kernel != two.kernel)) continue;
      pairs.emplace_back(&one, &two);
    }
    return pairs;
  };
  // Of a class alone chance decides: another file of testdata makes other pairs.
  Score all;
  const auto check = [&](const char* what, const auto& of_first, const auto& of_second, bool same_kernel,
                         double least) {
    const auto pairs = pairs_of(of_first, of_second, same_kernel);
    for (const unsigned longest : {1U, 8U}) {
      const auto score = score_merges(pairs, longest);
      MESSAGE(std::string(what) << ", " << std::string(longest == 1 ? "line by line" : "blocks of 1..8")
                                << ": " << said(score));
      CHECK(score.fraction() >= least);
      all.merges += score.merges;
      all.exact += score.exact;
      CHECK(score.silent <= score.merges / 4);
    }
  };
  check("KASAN and KASAN of one kernel", kasan, kasan, true, 0.4);
  check("KASAN and SLUB", kasan, slub, false, 0.4);
  check("KASAN and SLUB of one kernel", kasan, slub, true, 0.4);
  check("SLUB and SLUB", slub, slub, true, 0.4);
  CHECK(all.fraction() >= 0.55);
  check("KASAN and another family", kasan, other, false, 0.4);
  check("SLUB and another family", slub, other, false, 0.4);
}

TEST_CASE("without caller ids most merges of two reports in turn are the same two reports") {
  const auto known = known_reports();
  const auto check = [&](const char* what, const auto& of_first, const auto& of_second, double least) {
    constexpr std::size_t kEach = 17;  // of all pairs
    Score score;
    std::size_t pairs = 0;
    for (const auto& first : known)
      for (const auto& second : known) {
        if (!of_first(first) || !of_second(second) || &first == &second || ++pairs % kEach != 0) continue;
        add_merge(score, first, second, in_turn(first.lines, second.lines, 1 + pairs / kEach % 8));
      }
    MESSAGE(std::string(what) << ", in turn: " << said(score));
    CHECK(score.fraction() >= least);
    CHECK(score.silent <= score.merges / 8);
  };
  check("KASAN, then KASAN", kasan, kasan, 0.52);
  check("KASAN, then SLUB", kasan, slub, 0.65);
  check("SLUB, then KASAN", slub, kasan, 0.65);
  check("SLUB, then SLUB", slub, slub, 0.6);
  check("KASAN, then another family", kasan, other, 0.5);
  check("another family, then KASAN", other, kasan, 0.62);
  check("SLUB, then another family", slub, other, 0.62);
  check("another family, then SLUB", other, slub, 0.62);
}

TEST_CASE(
    "reports told apart by what they say are inferred; those that follow one another are none of these") {
  const auto known = known_reports();
  const auto& first = of_name(known, "v6.12-uaf-own-cache");
  const auto& second = of_name(known, "v6.12-invalid-free-inside");
  std::mt19937 random(1);
  const auto mixed = parse(merged(first.lines, second.lines, 1, random));
  REQUIRE(mixed->reports.size() == 2);
  for (const auto& report : mixed->reports) CHECK(report.demux == parser::Demux::inferred);
  const auto in_turn = parse(joined(first.lines) + joined(second.lines));
  REQUIRE(in_turn->reports.size() == 2);
  for (const auto& report : in_turn->reports) CHECK(report.demux == parser::Demux::none);
}

TEST_CASE("without caller ids the last of many merges in one log is told apart like the first") {
  const auto known = known_reports();
  const auto& first = of_name(known, "v6.12-uaf-own-cache");
  const auto& second = of_name(known, "v6.12-invalid-free-inside");
  std::mt19937 random(1);
  std::string text;
  constexpr int kMerges = 20;
  for (int i = 0; i < kMerges; ++i) text += merged(first.lines, second.lines, 1, random);
  const auto found = parse(text);
  const auto inferred =
      std::count_if(found->reports.begin(), found->reports.end(),
                    [](const parser::Report& report) { return report.demux == parser::Demux::inferred; });
  CHECK(inferred >= 2 * kMerges * 9 / 10);
}

TEST_CASE("how reports are told apart does not depend on the inputs before") {
  const auto known = known_reports();
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    const auto& one = known[random() % known.size()];
    const auto& two = known[random() % known.size()];
    const auto text = merged(one.lines, two.lines, 2, random);
    Found after;
    for (const auto& input : {joined(one.lines), joined(two.lines), text}) {
      after.reports.clear();
      after.log_parser.begin_input("log.txt");
      after.log_parser.feed(input);
      after.log_parser.finish_input();
    }
    CHECK(everything_said(after) == everything_said(*parse(text)));
  }
}

TEST_CASE("a report whose end is sure is told at once") {
  Found live;
  live.log_parser.begin_input("-");
  live.log_parser.feed(
      "[   10.000000] ==================================================================\n"
      "[   10.000000] BUG: KASAN: invalid-access\n"
      "[   10.000000] Asynchronous fault: no details available\n"
      "[   10.000000] Call trace:\n"
      "[   10.000000]  mte_check_tfsr_el1+0x38/0x40\n"
      "[   10.000000]  el0t_64_sync_handler+0x1/0x20\n"
      "[   10.000000] ==================================================================\n");
  CHECK(live.reports.size() == 1);
  live.log_parser.finish_input();
}

TEST_CASE("lines held back come out the same however the input is cut") {
  const auto known = known_reports();
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    const auto text =
        merged(known[random() % known.size()].lines, known[random() % known.size()].lines, 3, random);
    const auto whole = parse(text);
    const auto pieces = parse_in_pieces(text, [&random] { return 1 + random() % 90; });
    CHECK(everything_said(*pieces) == everything_said(*whole));
    CHECK(pieces->saves() == whole->saves());
  }
}

TEST_CASE("without caller ids any number of beginnings is bounded and ends") {
  std::string text;
  for (int i = 0; i < 4000; ++i)
    text += "[   10.000000] BUG: KASAN: slab-use-after-free in f" + std::to_string(i) +
            "+0x1/0x2\n[   10.000000]  g" + std::to_string(i % 7) + "+0x1/0x2\n" +
            "[   10.000000] Read of size 8 at addr ffff888104a3c0" + std::to_string(10 + i % 80) +
            " by task cat/" + std::to_string(i % 3) + "\n[   10.000000] Call Trace:\n";
  const auto found = parse(text);
  CHECK(found->reports.size() == 4000);
}
