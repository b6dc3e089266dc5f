// The published tables of the change that made records variable again (31639fd6cebd, 711d349174fd), estimated
// from their counters without `pools`, and estimates against replays of the same stacks.
#include "depot/estimate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "depot/replay.h"

namespace {

using depot::Config;
using depot::Estimate;
using depot::Population;

Config kernel(const char* version, depot::Evict evict = depot::Evict::kByEra) {
  Config config;
  config.kernel = depot::parse_kernel_version(version).value();
  config.evict = evict;
  return config;
}

Estimate one(const Population& population, const Config& config) {
  const auto result = depot::estimate(population, {config});
  REQUIRE(std::holds_alternative<std::vector<Estimate>>(result));
  return std::get<std::vector<Estimate>>(result).at(0);
}

std::string problem(const Population& population) {
  const auto result = depot::estimate(population, {Config{}});
  return std::holds_alternative<std::string>(result) ? std::get<std::string>(result) : "";
}

Population before() {  // 893 pools
  Population population;
  population.stats.emplace();
  population.stats->allocations = 29841;
  population.stats->frees = 6524;
  population.stats->in_use = 23317;
  population.stats->freelist_size = 3454;
  population.counted = kernel("6.8-rc6");
  return population;
}

Population after() {  // 597 pools
  Population population;
  population.stats.emplace();
  population.stats->refcounted_allocations = 17547;
  population.stats->refcounted_frees = 6477;
  population.stats->refcounted_in_use = 11070;
  population.stats->freelist_size = 3497;
  population.stats->persistent_count = 12163;
  population.stats->persistent_bytes = 1717008;
  population.counted = kernel("6.8-rc7", depot::Evict::kKasanGeneric);
  return population;
}

Population reverted() {  // 319 pools
  Population population;
  population.stats.emplace();
  population.stats->persistent_count = 29397;
  population.stats->persistent_bytes = 5183536;
  population.counted = kernel("6.8-rc7");
  return population;
}

void check_bounds(const Estimate& e, double pools) {
  CAPTURE(e.label);
  CAPTURE(e.pools.low);
  CAPTURE(e.pools.likely);
  CAPTURE(e.pools.high);
  CHECK(e.pools.low <= pools);
  CHECK(e.pools.high >= pools);
  CHECK(e.pools.low <= e.pools.likely);
  CHECK(e.pools.likely <= e.pools.high);
  CHECK(e.records_at_cap.low <= e.records_at_cap.likely);
  CHECK(e.records_at_cap.likely <= e.records_at_cap.high);
}

}  // namespace

TEST_CASE("fixed records: the counters give the pools exactly") {
  Estimate e = one(before(), kernel("6.8-rc6"));
  CHECK(e.exact);
  CHECK(e.pools.likely == 893);
  CHECK(e.pool_bytes.likely == 893 * 16384.0);
  CHECK(e.max_pools == 8192);
  CHECK(e.cap_bytes == 128u << 20);
  CHECK_FALSE(e.limits.empty());  // 26,771 slots are no whole number of pools

  for (const auto& [in_use, freelist] :
       {std::pair<std::uint64_t, std::uint64_t>{23300, 1840}, {23261, 1879}}) {
    Population population;
    population.stats.emplace();
    population.stats->in_use = in_use;
    population.stats->freelist_size = freelist;
    e = one(population, kernel("6.8-rc4"));
    CHECK(e.exact);
    CHECK(e.pools.likely == 838);
  }
}

TEST_CASE("variable records: the published pools lie within bounds, and where expected") {
  const Estimate mixed = one(after(), kernel("6.8-rc7", depot::Evict::kKasanGeneric));
  CHECK(mixed.bytes.low == 9641456);
  CHECK(mixed.bytes.high == 9641456);
  CHECK(mixed.records.likely == 23233);
  CHECK(mixed.pools.low == 589);
  CHECK(mixed.pools.likely == 597);
  CHECK(mixed.pools.high <= 609);
  check_bounds(mixed, 597);

  const Estimate variable = one(reverted(), kernel("6.9"));
  CHECK(variable.bytes.likely == 5183536);
  CHECK(variable.pools.low == 317);
  CHECK(variable.pools.likely == 319);
  CHECK(variable.pools.high <= 327);
  check_bounds(variable, 319);
}

TEST_CASE("one table from another's counters") {
  check_bounds(one(before(), kernel("6.8-rc7", depot::Evict::kKasanGeneric)), 597);
  check_bounds(one(before(), kernel("6.9")), 319);
  check_bounds(one(before(), kernel("6.8-rc7", depot::Evict::kNone)), 319);
  // That boot had fewer stacks than the one of the table before: 26,730 slots instead of 26,771.
  check_bounds(one(after(), kernel("6.8-rc6")), 891);
  check_bounds(one(after(), kernel("6.8-rc7", depot::Evict::kNone)), 319);
  // Nothing evicted: every stack ever saved has a slot.
  const Estimate fixed = one(reverted(), kernel("6.8-rc6"));
  CHECK(fixed.exact);
  CHECK(fixed.pools.likely == std::ceil(29397 / 30.0));
}

TEST_CASE("plain numbers") {
  Population population;
  population.records = 23232;
  population.mean_frames = 13;
  const Estimate fixed = one(population, kernel("6.8-rc1"));
  CHECK(fixed.exact);
  CHECK(fixed.pools.likely == 775);
  CHECK(fixed.records_at_cap.likely == 245760);  // 8192 pools of 30
  const Estimate variable = one(population, kernel("6.12", depot::Evict::kNone));
  // 32 + 8 * 13 = 136 bytes on average, up to 8 more for rounding.
  CHECK(variable.bytes.low == 23232 * 136.0);
  CHECK(variable.bytes.high == 23232 * 144.0);
  CHECK(variable.pools.low == std::ceil(23232 * 136 / 16384.0));
  CHECK(one(population, kernel("6.12")).pools.high == variable.pools.high);
  CHECK(one(population, kernel("6.12", depot::Evict::kKasanTags)).pools.high >= fixed.pools.low);
  population.evictable = 23232;
  CHECK(one(population, kernel("6.12", depot::Evict::kKasanTags)).pools.likely == 775);
  population.evictable.reset();
  CHECK(variable.records_at_cap.low > 8192 * 16384.0 / 160);
  CHECK(variable.records_at_cap.high < 8192 * 16384.0 / 120);
  population.records = 10'000'000;
  const Estimate over = one(population, kernel("6.12", depot::Evict::kNone));
  CHECK(over.capped);
  CHECK(over.pools.likely == 8192);
  CHECK(over.used_of_cap.likely == 1);
  Config more = kernel("6.17", depot::Evict::kNone);
  more.max_pools = 131071;
  CHECK_FALSE(one(population, more).capped);
}

TEST_CASE("input that makes no sense is refused") {
  CHECK_FALSE(problem(Population{}).empty());
  Population population = reverted();
  population.stats->persistent_bytes = 16;
  CHECK_FALSE(problem(population).empty());
  population = reverted();
  population.stats->persistent_count = std::numeric_limits<std::uint64_t>::max();
  CHECK_FALSE(problem(population).empty());
  population = Population{};
  population.records = 10;
  population.mean_frames = std::nan("");
  CHECK_FALSE(problem(population).empty());
  population = Population{};
  population.saves = 1000;
  CHECK_FALSE(problem(population).empty());
  population.sample.emplace();
  CHECK_FALSE(problem(population).empty());
  population.sample->depths = {0, 0, 7};
  CHECK_FALSE(problem(population).empty());
  population.sample->saves_per_stack = 4;
  CHECK(problem(population).empty());
  population.sample->evictable_share = 1.5;
  CHECK_FALSE(problem(population).empty());
}

TEST_CASE("a replay lies within the estimate made from its sample or from its counters") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    std::vector<Config> configs{kernel("6.1"), kernel("6.8-rc1"), kernel("6.8-rc4"), kernel("6.12"),
                                kernel("6.17")};
    configs.push_back(configs.back());
    configs.back().page_size = 65536;
    configs.push_back(kernel("6.12"));
    configs.back().word = 4;
    depot::Replay replay(configs);
    const std::size_t stacks = 1 + random() % 5000;
    const std::size_t deepest = 1 + random() % 64;
    for (std::size_t i = 0; i < stacks; ++i) {
      std::vector<std::uint64_t> frames(1 + random() % deepest);
      for (auto& frame : frames) frame = 0xffffffff81000000 + random() % 0x1000000;
      replay.save(frames, depot::Client::kSlub);
    }
    const std::vector<depot::Accounting> actual = replay.finish();
    Population sample;
    sample.sample.emplace();
    sample.sample->depths = replay.facts().depths;
    sample.sample->evictable_share = 0;
    Population counters;
    counters.stats = actual[3].stats(depot::StatsGeneration::kSplit);
    counters.stats->pools.reset();
    for (std::size_t i = 0; i < configs.size(); ++i) {
      CAPTURE(round);
      CAPTURE(i);
      check_bounds(one(sample, configs[i]), static_cast<double>(actual[i].pools));
      check_bounds(one(counters, configs[i]), static_cast<double>(actual[i].pools));
      const Estimate e = one(sample, configs[i]);
      if (!replay.layout(i).fixed()) {
        CHECK(e.bytes.low == doctest::Approx(static_cast<double>(actual[i].persistent_bytes)));
        CHECK(std::abs(e.pools.likely - static_cast<double>(actual[i].pools)) <= 2);
      } else {
        CHECK(e.exact);
      }
    }
  }
}
