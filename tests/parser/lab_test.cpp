// The recordings of real kernels, counted once by the parser and once by plain patterns. They are too large
// for testdata: DEPOT_LAB names their folder.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>

#include "tests/parser/found.h"

namespace {

using namespace parser_tests;

struct Counted {
  std::vector<std::uint64_t> kasan, slub;  // lines of titles
  std::uint64_t depot_traces = 0;
};

// Titles by a pattern over the whole line. A depot trace is a heading whose caller goes on with a frame.
Counted count_by_patterns(const std::string& log) {
  static const std::regex kKasan(R"(^(?:\[[^\]]*\])* ?BUG: KASAN: .*\r*$)");
  static const std::regex kSlub(R"(^(?:\[[^\]]*\])* ?BUG \S+ \((?:Not tainted|Tainted).*\r*$)");
  static const std::regex kSaid(R"(^\[ *[0-9]+\.[0-9]+\]\[ *([TC][0-9]+)\] (.*?)\r*$)");
  static const std::regex kHeading(
      R"((?:Allocated|Freed) by task .*:|(?:Last|Second to last) potentially related work creation:|(?:Allocated|Freed) in .* age=.*|page last allocated via .*|page last free .*stack trace:)");
  static const std::regex kFrame(R"( +[A-Za-z_][^ ]*\+0x[0-9a-f]+/0x[0-9a-f]+.*)");
  Counted counted;
  std::map<std::string, bool> after_heading;
  std::istringstream in(log);
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.size() > 4000) continue;  // std::regex recurses
    if (std::regex_match(line, kKasan)) counted.kasan.push_back(number);
    if (std::regex_match(line, kSlub)) counted.slub.push_back(number);
    std::smatch match;
    if (!std::regex_match(line, match, kSaid)) continue;
    const auto text = match[2].str();
    auto& pending = after_heading[match[1]];
    if (pending && std::regex_match(text, kFrame)) ++counted.depot_traces;
    pending = std::regex_match(text, kHeading);
  }
  return counted;
}

}  // namespace

TEST_CASE("the recordings: every title found once, none invented, depot traces as counted otherwise") {
  const auto* lab = std::getenv("DEPOT_LAB");
  if (lab == nullptr || !std::filesystem::exists(lab)) {
    MESSAGE("skipped: DEPOT_LAB does not name the folder of recordings");
    return;
  }
  for (const std::string run : {"run-a", "run-c", "run-sw", "debian-6.12"}) {
    CAPTURE(run);
    const auto console = run == "debian-6.12" ? "console.txt" : "console.log";
    const auto log = read_file(std::string(lab) + "/" + run + "/" + console);
    const auto counted = count_by_patterns(log);
    const auto found = parse(log);
    std::vector<std::uint64_t> kasan;
    std::vector<std::uint64_t> slub;
    for (const auto& report : found->reports) {
      if (report.family == parser::Family::kasan) kasan.push_back(report.line);
      if (report.family == parser::Family::slub) slub.push_back(report.line);
      CAPTURE(report.line);
      CHECK(report.corrupted_reason == "");
      CHECK(report.family != parser::Family::unrecognised);
      // A panic asked for through sysrq prints no stack.
      if (report.family == parser::Family::panic) continue;
      CHECK_FALSE(report.traces.empty());
      CHECK_FALSE(report.comm.empty());
    }
    std::sort(kasan.begin(), kasan.end());
    std::sort(slub.begin(), slub.end());
    CHECK(kasan == counted.kasan);
    CHECK(slub == counted.slub);
    CHECK(found->saves() == counted.depot_traces);
    // The recordings differ in what they hold; that the patterns see it at all is checked once.
    CHECK((run == "debian-6.12") == counted.kasan.empty());
    // dmesg of the same boot ends before the panic and is not the console's bytes.
    if (run != "debian-6.12") {
      const auto dmesg = parse(read_file(std::string(lab) + "/" + run + "/dmesg.txt"));
      CHECK(dmesg->reports.size() <= found->reports.size());
      CHECK(dmesg->reports.size() + 12 >= found->reports.size());
    }
  }
}
