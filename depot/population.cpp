#include "depot/population.h"

#include <algorithm>
#include <cstddef>

#include "depot/layout.h"

namespace depot {
namespace {

// Published with 711d349174fd: generic KASAN and SLUB tracking, 29,397 persistent records of 5,183,536 bytes,
// which is 17.5 frames each; the KASAN stacks among them had about 20.
constexpr double kPublishedFrames = 17.5;
constexpr double kPublishedKasanFrames = 20;
// There, 29,397 stacks were stored once nothing was evicted any more, where 12,163 + 11,070 had been in use
// and 12,163 + 17,547 made: nine out of ten records made again are of stacks not stored before.
constexpr double kNewOfRemade = 0.9;
constexpr double kPublishedEvictable = 0.48;  // 11,070 of 23,233

Range exactly(std::uint64_t value) {
  return same(static_cast<double>(value));
}

using Problem = std::optional<std::string>;

Depth depth_of(const Population& population, bool whole, double otherwise) {
  if (population.mean_frames) return Depth::mean(same(*population.mean_frames));
  if (population.sample) return Depth::measured(population.sample->depths, whole);
  return Depth::unknown(otherwise);
}

std::uint64_t sample_size(const Population& population) {
  std::uint64_t size = 0;
  if (population.sample)
    for (const std::uint64_t count : population.sample->depths) size += count;
  return size;
}

// The layout that the counters come from, corrected if that kernel prints others.
Layout counted_layout(const Population& population, StatsGeneration generation) {
  Config config = population.counted;
  const EraRow* const era = find_era(config.kernel);
  if (era == nullptr || era->stats != generation)
    config.kernel =
        generation == StatsGeneration::kFixed ? KernelVersion{6, 8, 0, 6} : KernelVersion{6, 12, 0, 0};
  return Layout(config);
}

Problem from_split(const Population& population, Stacks& stacks) {
  const Stats& stats = *population.stats;
  const Layout layout = counted_layout(population, StatsGeneration::kSplit);
  const std::uint64_t count = stats.persistent_count.value_or(0);
  const std::uint64_t live = stats.refcounted_in_use.value_or(
      stats.refcounted_allocations.value_or(0) -
      std::min(stats.refcounted_allocations.value_or(0), stats.refcounted_frees.value_or(0)));
  const std::uint64_t evicted = stats.freelist_size.value_or(0);
  const std::uint64_t made = std::max(stats.refcounted_allocations.value_or(live), live);
  if (stats.refcounted_allocations && stats.refcounted_frees && stats.refcounted_in_use &&
      *stats.refcounted_allocations - *stats.refcounted_frees != live)
    stacks.limits.push_back(
        "refcounted_in_use is not allocations less frees: the counters were read while they changed.");
  stacks.lasting = exactly(count);
  stacks.live = exactly(live);
  stacks.evicted = exactly(evicted);
  const auto low = static_cast<double>(live);
  const auto high = static_cast<double>(made);
  stacks.ever = {low, low + kNewOfRemade * (high - low), high};
  stacks.lasting_depth = depth_of(population, false, kPublishedFrames);
  stacks.live_depth = depth_of(population, false, kPublishedKasanFrames);
  if (stats.persistent_bytes) {
    const std::uint64_t bytes = *stats.persistent_bytes;
    const std::uint64_t least = layout.record(1, false).total();
    const std::uint64_t most = layout.record(layout.max_frames(), false).total();
    if (!stats.persistent_count && bytes > 0) return "stats: persistent_bytes without persistent_count";
    if (count > bytes / least || bytes > count * most)
      return "stats: " + std::to_string(bytes) + " persistent_bytes cannot be " + std::to_string(count) +
             " records of " + std::to_string(least) + " to " + std::to_string(most) + " bytes";
    if (count > 0)
      stacks.lasting_depth = Depth::from_bytes(
          layout, count, bytes, population.sample ? population.sample->depths : std::vector<std::uint64_t>());
  }
  return std::nullopt;
}

Problem from_fixed(const Population& population, Stacks& stacks) {
  const Stats& stats = *population.stats;
  const Layout layout = counted_layout(population, StatsGeneration::kFixed);
  if (!stats.in_use && !(stats.allocations && stats.frees))
    return "stats: neither in_use nor allocations and frees";
  const std::uint64_t in_use =
      stats.in_use ? *stats.in_use : *stats.allocations - std::min(*stats.allocations, *stats.frees);
  if (stats.allocations && stats.frees && stats.in_use && *stats.allocations - *stats.frees != in_use)
    stacks.limits.push_back(
        "in_use is not allocations less frees: the counters were read while they changed.");
  const auto used = static_cast<double>(in_use);
  const auto made = static_cast<double>(std::max(stats.allocations.value_or(in_use), in_use));
  const auto listed = static_cast<double>(stats.freelist_size.value_or(0));
  const auto freed = static_cast<double>(stats.frees.value_or(stats.freelist_size.value_or(0)));
  stacks.total = used;
  if (stats.freelist_size) stacks.slots = used + listed;
  stacks.slots_per_pool = layout.slots_per_pool();
  if (stats.freelist_size && (in_use + *stats.freelist_size) % layout.slots_per_pool() != 0)
    stacks.limits.push_back(
        "in_use and freelist_size do not add up to whole pools: they were read while they changed.");
  // What is listed beyond evicted slots was never used; that is less than a pool.
  const double evicted_low = std::min(freed, std::max(0.0, listed - (layout.slots_per_pool() - 1)));
  const double evicted_high = std::min(listed, freed);
  stacks.evicted = {evicted_low, (evicted_low + evicted_high) / 2, evicted_high};
  Range share{0, kPublishedEvictable, 1};
  if (population.evictable)
    share = same(used > 0 ? std::min(1.0, static_cast<double>(*population.evictable) / used) : 0.0);
  else if (population.sample && population.sample->evictable_share)
    share = same(*population.sample->evictable_share);
  else
    stacks.limits.push_back("These counters do not say how many of the records in use are evictable.");
  stacks.live = share * used;
  stacks.lasting = {used - stacks.live.high, used - stacks.live.likely, used - stacks.live.low};
  const Range remade{0, kNewOfRemade * (made - used), made - used};
  stacks.ever = stacks.live + remade;
  stacks.lasting_depth = depth_of(population, false, kPublishedFrames);
  stacks.live_depth = depth_of(population, false, kPublishedFrames);
  return std::nullopt;
}

Problem from_numbers(const Population& population, Stacks& stacks) {
  const auto measured = static_cast<double>(sample_size(population));
  const double dedup = population.sample ? population.sample->saves_per_stack.value_or(0) : 0;
  Range count = same(measured);
  bool whole = true;
  if (population.records) {
    count = exactly(*population.records);
    whole = false;
  } else if (population.saves) {
    if (dedup < 1) return "saves: how many of them make a record needs a sample with its dedup ratio";
    const double most = static_cast<double>(*population.saves) / dedup;
    count = {std::min(measured, most), most, most};
    whole = false;
    stacks.limits.push_back(
        "The longer a kernel runs, the fewer of its saves are of new stacks: the dedup ratio of the sample "
        "gives the most.");
  } else if (measured == 0) {
    return "there is nothing to count: give counters, a number of records, or stacks";
  }
  Range share = same(0.0);
  if (population.evictable)
    share = same(count.likely > 0 ? std::min(1.0, static_cast<double>(*population.evictable) / count.likely)
                                  : 0.0);
  else if (population.sample && population.sample->evictable_share)
    share = same(*population.sample->evictable_share);
  else
    share = {0, 0, 1}, stacks.share_known = false;
  stacks.live = stacks.ever = share * count;
  stacks.lasting = {count.low * (1 - share.high), count.likely * (1 - share.likely),
                    count.high * (1 - share.low)};
  if (count.low == count.high) stacks.total = count.likely;
  stacks.lasting_depth = depth_of(population, whole, kPublishedFrames);
  stacks.live_depth = depth_of(population, whole, kPublishedFrames);
  return std::nullopt;
}

Problem check(const Population& population) {
  // Written so that NaN fails too.
  if (population.mean_frames && !(*population.mean_frames >= 1 && *population.mean_frames <= 256))
    return "mean-frames: a stack has 1 to 256 frames";
  if (!population.sample) return std::nullopt;
  const Sample& sample = *population.sample;
  if (sample.evictable_share && !(*sample.evictable_share >= 0 && *sample.evictable_share <= 1))
    return "sample: the evictable share must lie between 0 and 1";
  if (sample.saves_per_stack && !(*sample.saves_per_stack >= 1))
    return "sample: a stack is saved at least once";
  if (sample_size(population) == 0) return "sample: there are no stacks in it";
  return std::nullopt;
}

}  // namespace

std::variant<Stacks, std::string> stacks_of(const Population& population) {
  if (const Problem problem = check(population)) return *problem;
  Stacks stacks;
  const StatsGeneration generation =
      population.stats ? population.stats->generation() : StatsGeneration::kNone;
  const Problem problem = generation == StatsGeneration::kSplit   ? from_split(population, stacks)
                          : generation == StatsGeneration::kFixed ? from_fixed(population, stacks)
                                                                  : from_numbers(population, stacks);
  if (problem) return *problem;
  if (population.sample) stacks.saves_per_stack = population.sample->saves_per_stack.value_or(0);
  return stacks;
}

}  // namespace depot
