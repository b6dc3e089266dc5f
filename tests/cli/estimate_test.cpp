// depot-analyze estimate: the published tables of 31639fd6cebd and 711d349174fd from their counters without
// the `pools` line, Debian's counters, stacks, numbers, and what cannot be.
#include "cli/estimate.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using tests::has;

const std::string kBefore = "allocations: 29841\nfrees: 6524\nin_use: 23317\nfreelist_size: 3454\n";
const std::string kAfter =
    "refcounted_allocations: 17547\nrefcounted_frees: 6477\nrefcounted_in_use: 11070\nfreelist_size: 3497\n"
    "persistent_count: 12163\npersistent_bytes: 1717008\n";
const std::string kReverted = "persistent_count: 29397\npersistent_bytes: 5183536\n";

tests::Ran estimate(std::vector<std::string> arguments) {
  return tests::run(cli::setup_estimate, cli::run_estimate, std::move(arguments));
}

json estimate_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto ran = estimate(std::move(arguments));
  INFO(ran.err);
  REQUIRE_EQ(ran.exit, cli::ExitCode::done);
  return json::parse(ran.out);
}

void check_within(const json& config, int pools) {
  CAPTURE(config.dump());
  CHECK_LE(config.at("pools_low"), pools);
  CHECK_GE(config.at("pools_high"), pools);
}

constexpr std::size_t kOld = 0, kFixed = 1, kNew = 2;

}  // namespace

TEST_CASE("893 pools: fixed records, exactly") {
  const tests::Folder folder;
  const auto stats = folder.file("stats", kBefore);
  const auto configs = estimate_json({stats}).at("configs");
  CHECK_EQ(configs[kFixed]["pools"], 893);
  CHECK_EQ(configs[kFixed]["pool_bytes"], 893 * 16384);
  CHECK(configs[kFixed]["exact"]);
  CHECK_FALSE(configs[kFixed].contains("pools_low"));
  // The counters' names tell whose they are.
  CHECK(configs[kFixed]["this_log"]);
  CHECK_FALSE(configs[kNew]["this_log"]);
  CHECK_EQ(configs[kOld]["max_pools"], 8192);
  const auto text = estimate({stats}).out;
  CHECK(has(text, "893 -> "));
  CHECK(has(text, "not known"));
}

TEST_CASE("838 pools: fixed records, exactly") {
  const tests::Folder folder;
  const auto stats = folder.file("stats", "in_use: 23300\nfreelist_size: 1840\n");
  CHECK_EQ(estimate_json({stats})["configs"][kFixed]["pools"], 838);
}

TEST_CASE("597 pools lie within the bounds that unknown tails leave") {
  const tests::Folder folder;
  const auto stats = folder.file("stats", kAfter);
  const auto result = estimate_json({stats});
  const auto& config = result["configs"][kNew];
  check_within(config, 597);
  CHECK(config["this_log"]);
  CHECK_EQ(config["records"], 23233);
  CHECK_EQ(config["record_bytes"], 9641456);
  CHECK_FALSE(config["exact"]);
  CHECK_GT(config["limits"].size(), 0);
  // What stays in use and what waits took a slot each.
  CHECK_EQ(result["configs"][kFixed]["pools"], 891);
  const auto text = estimate({stats}).out;
  CHECK(has(text, "891 -> 597 pools, 294 pools = 4,704 KiB saved"));
  CHECK(has(text, "589..609"));
}

TEST_CASE("319 pools lie within the bounds that unknown tails leave") {
  const tests::Folder folder;
  const auto config = estimate_json({folder.file("stats", kReverted)})["configs"][kNew];
  check_within(config, 319);
  CHECK_EQ(config["record_bytes"], 5183536);
}

TEST_CASE("the `pools` line is compared, never used") {
  const tests::Folder folder;
  const auto with = folder.file("with", "pools: 597\n" + kAfter);
  const auto without = folder.file("without", kAfter);
  CHECK_EQ(estimate_json({with})["configs"], estimate_json({without})["configs"]);
  CHECK(has(estimate({with}).out, "597 pools of its own, which is what the estimate"));
  CHECK(has(estimate({folder.file("wrong", "pools: 700\n" + kAfter)}).out, "which is not what the estimate"));
  CHECK_FALSE(has(estimate({without}).out, "pools of its own"));
}

TEST_CASE("Debian's counters alone, and with the stacks of that boot") {
  const auto stats = tests::testdata("logs/debian-6.12-stats.txt");
  const auto alone = estimate_json({stats});
  check_within(alone["configs"][kNew], 74);
  CHECK_EQ(alone["configs"][kFixed]["pools"], 312);
  CHECK_FALSE(alone["configs"][kNew].contains("hash_table"));

  const auto traces = tests::testdata("logs/debian-6.12-slab-traces.tar.xz");
  const auto both = estimate_json({stats, traces, "--what-if", "max-frames=32"});
  check_within(both["configs"][kNew], 74);
  CHECK_EQ(both["basis"]["sample"]["unique"], 5646);
  CHECK_EQ(both["basis"]["counters"]["counters"]["persistent_count"], 9348);
  REQUIRE_EQ(both["configs"].size(), 4);
  CHECK_EQ(both["configs"][3]["max_frames"], 32);
  const auto& table = both["configs"][kNew]["hash_table"];
  CHECK_EQ(table["stacks"], 5646);
  CHECK_EQ(table["buckets"], 1 << 20);
  CHECK_EQ(table["hash_table_bytes"], 16 << 20);
  CHECK(table["approximate"]);
  CHECK_LE(table["recommended"]["mean_chain"], 1.5);
  CHECK_LT(table["recommended"]["hash_order"], 20);
  CHECK_EQ(table["orders"].size(), 9);
  CHECK(has(estimate({stats, traces}).out, "1,048,576 buckets for 5,646 stacks: 16 MiB; order 13"));
}

TEST_CASE("stacks that are all there is are replayed, not estimated") {
  const auto result = estimate_json({tests::testdata("logs/debian-6.12-slab-traces.tar.xz")});
  const auto& config = result["configs"][kNew];
  CHECK_EQ(config["pools"], 44);
  CHECK(config["exact"]);
  CHECK_GT(config["tail_bytes"], 0);
  CHECK_GT(result["notes"].size(), 0);
  // Several boots cannot be replayed as one depot.
  const auto boots = estimate_json(
      {tests::testdata("logs/kasan-slub-6.1-cut.txt"), tests::testdata("logs/kasan-slub-6.12.txt")});
  CHECK_FALSE(boots["configs"][kNew].contains("tail_bytes"));
  CHECK(has(boots["notes"].dump(), "several boots"));
}

TEST_CASE("addresses give the kernel's own hashes") {
  const tests::Folder folder;
  const auto list = folder.file("list", "{\"frames\":[\"0xffffffff81000010\"]}\n");
  CHECK_FALSE(estimate_json({list})["configs"][kNew]["hash_table"]["approximate"]);
  CHECK_FALSE(has(estimate({list}).out, "approximation"));
}

TEST_CASE("a log knows the size of its hash table") {
  const tests::Folder folder;
  const auto log =
      folder.file("log",
                  "[    0.000000] Linux version 6.12.5 (a@b) (gcc) #1 SMP\n"
                  "[    0.081613] stackdepot hash table entries: 32768 (order: 7, 524288 bytes, linear)\n");
  const auto result = estimate_json(
      {log, tests::testdata("logs/debian-6.12-slab-traces.tar.xz"), "--what-if", "hash-order=14"});
  const auto& config = result["configs"][kNew];
  CHECK_EQ(config["hash_order"], 15);
  CHECK_EQ(config["hash_table_bytes"], 524288);
  CHECK_EQ(config["hash_table"]["buckets"], 32768);
  CHECK_EQ(result["configs"][3]["hash_order"], 14);
  CHECK_FALSE(has(estimate({log, tests::testdata("logs/debian-6.12-slab-traces.tar.xz")}).out, "with KASAN"));
  const auto damaged = folder.file(
      "damaged", "[    0.081613] stackdepot hash table entries: 32767 (order: 7, 524288 bytes, linear)\n");
  CHECK_EQ(estimate_json({damaged, "--records", "9"})["configs"][kNew]["hash_order"], 20);
}

TEST_CASE("numbers alone") {
  const auto result = estimate_json({"--records", "23232", "--mean-frames", "13"});
  CHECK_EQ(result["inputs"].size(), 0);
  CHECK_EQ(result["basis"]["given"]["records"], 23232);
  CHECK_EQ(result["configs"][kFixed]["pools"], 775);
  CHECK_EQ(result["configs"][kFixed]["records_at_cap"], 8192 * 30);
  check_within(result["configs"][kNew], 200);
  const auto text = estimate({"--records", "300000", "--mean-frames", "13"}).out;
  CHECK(has(text, "over the cap of 8,192 pools"));
  CHECK(has(text, "245,760 records"));
  const auto wide = estimate({"--records", "1000", "--what-if", "page-size=64K,kernel=6.8-rc4"}).out;
  CHECK(has(wide, "KiB -> "));
}

TEST_CASE("saves are scaled by the dedup of a sample") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  const auto config = estimate_json({log, "--saves", "29000"})["configs"][kFixed];
  CHECK_EQ(config["records"], 25000);
  CHECK_EQ(config["records_low"], 25);
}

TEST_CASE("--kernel and a log say whose counters they are") {
  const tests::Folder folder;
  const auto stats = folder.file("stats", kAfter);
  CHECK_EQ(estimate_json({stats, "--kernel", "6.17"})["configs"][kNew]["kernel"], "6.17");
  const auto log = folder.file("log", "[    0.000000] Linux version 6.10.3 (a@b) (gcc) #1 SMP\n");
  CHECK_EQ(estimate_json({stats, log})["configs"][kNew]["kernel"], "6.10.3");
  CHECK(
      has(estimate({folder.file("before", kBefore), "--kernel", "6.12"}).out, "no counters of these names"));
}

TEST_CASE("what cannot be estimated says why and exits with 2") {
  const tests::Folder folder;
  const auto stats = folder.file("stats", kAfter);
  const auto check = [&](std::vector<std::string> arguments, const std::string& why) {
    const auto ran = estimate(std::move(arguments));
    CHECK_EQ(ran.exit, cli::ExitCode::trouble);
    CHECK_EQ(ran.out, "");
    CHECK_MESSAGE(has(ran.err, why), ran.err);
  };
  check({folder.file("calm", "[    1.000000] all is well\n")}, "nothing to count");
  check({stats, "--records", "5"}, "--records");
  check({stats, "--saves", "5"}, "--saves");
  check({"--records", "5", "--evictable", "6"}, "--evictable");
  check({"--records", "5", "--mean-frames", "300"}, "1 to 256");
  check({folder.path("none")}, "No such file");
  check({stats, "--what-if", "colour=red"}, "no key");
  check({stats, "-o", stats}, "would overwrite an input");
}

TEST_CASE("an estimate fits the screen and never steers the terminal") {
  const tests::Folder folder;
  const auto stats = folder.file("st\x1b[31mats", kBefore);
  for (const std::size_t width : {60U, 80U, 100U}) {
    cli::render::Screen screen;
    screen.width = width;
    const auto ran = tests::run(cli::setup_estimate, cli::run_estimate, {stats}, screen);
    CHECK_EQ(ran.out.find('\x1b'), std::string::npos);
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);)
      CHECK_MESSAGE((line.size() <= width || line.find(' ', 4) == std::string::npos), line);
  }
}
