// Which kernel speaks, and whose depot a stack is in.
#include <doctest/doctest.h>

#include <string>

#include "tests/cli/analyse.h"

namespace {

std::string banner(const std::string& release) {
  return "[    0.000000] Linux version " + release + " (a@b) (gcc 12) #1 SMP\n";
}

// A whole KASAN report with one depot stack of two frames.
std::string boot_report(const std::string& release, const std::string& function = "kmem_user") {
  return "[    1.000000] BUG: KASAN: slab-out-of-bounds in " + function +
         "+0x1/0x10\n"
         "[    1.000000] Read of size 8 at addr ffff888000000008 by task cat/7\n"
         "[    1.000000] CPU: 0 PID: 7 Comm: cat Not tainted " +
         release +
         " #1\n"
         "[    1.000000] Call Trace:\n"
         "[    1.000000]  dump_stack+0x1/0x2\n"
         "[    1.000000]  " +
         function +
         "+0x1/0x10\n"
         "[    1.000000] \n"
         "[    1.000000] Allocated by task 7:\n"
         "[    1.000000]  kasan_save_stack+0x1/0x20\n"
         "[    1.000000]  " +
         function +
         "+0x5/0x10\n"
         "[    1.000000] \n"
         "[    1.000000] ==================================================================\n";
}

}  // namespace

TEST_CASE("two boots in one log have two depots") {
  const auto log = banner("6.1.5") + boot_report("6.1.5") + boot_report("6.1.5") + banner("6.12.3") +
                   boot_report("6.12.3");
  const auto result = tests::analyse({{"log", log}});
  const auto& analysis = result->analysis;
  REQUIRE_EQ(analysis.boots.size(), 2);
  CHECK_EQ(analysis.boots[0].release, "6.1.5");
  CHECK_EQ(analysis.boots[0].reports, 2);
  CHECK_EQ(analysis.boots[0].saves, 2);
  CHECK_EQ(analysis.boots[0].unique, 1);
  CHECK_EQ(analysis.boots[1].release, "6.12.3");
  CHECK_EQ(analysis.boots[1].line, 26);
  CHECK_EQ(analysis.boots[1].unique, 1);
  CHECK_EQ(analysis.facts.saves, 3);
  // The same frames twice, but in two depots.
  CHECK_EQ(analysis.unique, 2);
  CHECK_EQ(analysis.accountings[0].pools, 2);
  CHECK_EQ(analysis.reports[0].report.kernel, "6.1.5");
  CHECK_EQ(analysis.reports[2].report.kernel, "6.12.3");
  CHECK(analysis.is_log[0]);
  CHECK_FALSE(analysis.is_log[1]);
  CHECK(analysis.is_log[2]);
}

TEST_CASE("the same kernel booted again is another boot") {
  const auto log = banner("6.12.3") + boot_report("6.12.3") + banner("6.12.3") + boot_report("6.12.3");
  CHECK_EQ(tests::analyse({{"log", log}})->analysis.boots.size(), 2);
  CHECK_EQ(tests::analyse({{"log", log}})->analysis.unique, 2);
}

TEST_CASE("without a banner the CPU line of a report names the kernel") {
  const auto result =
      tests::analyse({{"log", boot_report("6.8.0-rc4-next") + boot_report("6.8.0-rc4-next")}});
  REQUIRE_EQ(result->analysis.boots.size(), 1);
  CHECK_EQ(result->analysis.boots[0].release, "6.8.0-rc4-next");
  CHECK(result->analysis.is_log[1]);
}

TEST_CASE("another release in a log without a banner is another boot") {
  const auto result = tests::analyse({{"log", boot_report("6.1.5") + boot_report("6.12.3")}});
  REQUIRE_EQ(result->analysis.boots.size(), 2);
  CHECK_EQ(result->analysis.unique, 2);
}

TEST_CASE("dumps belong to the boot of the log they are given with") {
  const std::string dump =
      "      3 kmem_user+0x5/0x10 age=1/2/3 pid=7\n        kmem_user+0x5/0x10\n        do_it+0x1/0x2\n\n";
  for (const bool dump_first : {true, false}) {
    CAPTURE(dump_first);
    std::vector<tests::NamedText> inputs{{"log", banner("6.12.3") + boot_report("6.12.3")}};
    inputs.insert(dump_first ? inputs.begin() : inputs.end(), {"alloc_traces", dump});
    const auto result = tests::analyse(inputs);
    REQUIRE_EQ(result->analysis.boots.size(), 1);
    CHECK_EQ(result->analysis.boots[0].release, "6.12.3");
    CHECK_EQ(result->analysis.facts.saves, 4);
    CHECK_EQ(result->analysis.unique, 2);
  }
}

TEST_CASE("--kernel overrides what the log says") {
  cli::AnalyzerOptions options;
  options.kernel = depot::parse_kernel_version("6.8-rc3");
  const auto result = tests::analyse({{"log", banner("6.12.3") + boot_report("6.12.3")}}, std::move(options));
  CHECK_FALSE(result->analysis.is_log[0]);
  CHECK(result->analysis.is_log[1]);
  CHECK_EQ(result->analysis.configs[1].kernel.to_string(), "6.8-rc3");
}

TEST_CASE("two logs are two boots, also without a banner and of one release") {
  const auto result = tests::analyse({{"a.log", boot_report("6.12.3")}, {"b.log", boot_report("6.12.3")}});
  REQUIRE_EQ(result->analysis.boots.size(), 2);
  CHECK_EQ(result->analysis.facts.saves, 2);
  CHECK_EQ(result->analysis.unique, 2);
}

TEST_CASE("a log does not inherit the kernel of the one before") {
  const std::string nameless =
      "BUG: KASAN: slab-out-of-bounds in f+0x1/0x10\nRead of size 8 at addr ffff888000000008 by task cat/7\n"
      "Call Trace:\n f+0x1/0x10\n\n==================================================================\n";
  const auto result =
      tests::analyse({{"a.log", banner("5.15.0") + boot_report("5.15.0")}, {"b.log", nameless}});
  REQUIRE_EQ(result->analysis.reports.size(), 2);
  CHECK_EQ(result->analysis.reports[1].report.kernel, "");
}

TEST_CASE("an input in which something was found is never dropped for its bytes") {
  auto dirty = boot_report("6.12.3");
  for (std::size_t at = dirty.find('\n'); at != std::string::npos; at = dirty.find('\n', at + 3))
    dirty.insert(at, " \x01");
  const auto result = tests::analyse({{"dirty.log", dirty}});
  REQUIRE_EQ(result->analysis.inputs.size(), 1);
  REQUIRE_EQ(result->analysis.reports.size(), 1);
  CHECK(result->errors.empty());
}

TEST_CASE("a title's row shows the first report's facts") {
  // The report that begins first ends last: its caller was interrupted.
  const std::string log =
      "[    1.000000][    T1] BUG: KASAN: slab-out-of-bounds in f+0x1/0x10\n"
      "[    1.000000][    C0] BUG: KASAN: slab-out-of-bounds in f+0x1/0x10\n"
      "[    1.000000][    C0] Read of size 8 at addr ffff888000000008 by task cat/7\n"
      "[    1.000000][    C0]  22-byte region [ffff888000000000, ffff888000000016)\n"
      "[    1.000000][    C0] ==================================================================\n"
      "[    1.000000][    T1] Read of size 8 at addr ffff888000000008 by task cat/7\n"
      "[    1.000000][    T1]  11-byte region [ffff888000000000, ffff88800000000b)\n"
      "[    1.000000][    T1] ==================================================================\n";
  const auto result = tests::analyse({{"log", log}});
  REQUIRE_EQ(result->analysis.titles.size(), 1);
  CHECK_EQ(result->analysis.titles[0].line, 1);
  REQUIRE(result->analysis.titles[0].first.region);
  CHECK_EQ(result->analysis.titles[0].first.region->size, 11);
}
