#include "depot/estimate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "depot/depth.h"
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

// A population in the terms of any era.
struct Stacks {
  Range lasting;  // records of clients that never evict
  Range live;     // in use, of clients that evict where the kernel lets them
  Range evicted;  // slots on the freelist
  Range ever;     // different stacks that the evicting clients saved
  Depth lasting_depth = Depth::unknown(kPublishedFrames);
  Depth live_depth = Depth::unknown(kPublishedKasanFrames);
  std::optional<double> slots;       // exact count of fixed slots, the never-used ones included
  std::uint32_t slots_per_pool = 0;  // of the depot that they were counted in
  std::optional<double> total;       // all in use, however they divide
  double saves_per_stack = 0;        // 0 if not known
  std::vector<std::string> limits;
};

Range same(double value) {
  return {value, value, value};
}
Range same(std::uint64_t value) {
  return same(static_cast<double>(value));
}
Range operator+(const Range& a, const Range& b) {
  return {a.low + b.low, a.likely + b.likely, a.high + b.high};
}
Range operator*(const Range& a, const Range& b) {
  return {a.low * b.low, a.likely * b.likely, a.high * b.high};
}
Range operator*(const Range& a, double b) {
  return a * same(b);
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
  stacks.lasting = same(count);
  stacks.live = same(live);
  stacks.evicted = same(evicted);
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
    count = same(*population.records);
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
    share = {0, 0, 1};
  stacks.live = stacks.ever = share * count;
  stacks.lasting = {count.low * (1 - share.high), count.likely * (1 - share.likely),
                    count.high * (1 - share.low)};
  if (count.low == count.high) stacks.total = count.likely;
  stacks.lasting_depth = depth_of(population, whole, kPublishedFrames);
  stacks.live_depth = depth_of(population, whole, kPublishedFrames);
  return std::nullopt;
}

// Whether the clients that evict do so under a config: no, perhaps, yes.
enum class Evicting : std::uint8_t { kNo, kPerhaps, kYes };

Evicting evicting(const Population& population, const Stacks& stacks, const Config& config,
                  const Layout& layout) {
  if (layout.era().records == Records::kVariable || config.evict == Evict::kNone) return Evicting::kNo;
  if (config.evict != Evict::kByEra || layout.fixed()) return Evicting::kYes;
  if (population.stats && population.stats->generation() == StatsGeneration::kSplit) return Evicting::kYes;
  if (population.counted.evict == Evict::kKasanGeneric || stacks.ever.high == 0) return Evicting::kNo;
  return population.counted.evict == Evict::kKasanTags ? Evicting::kYes : Evicting::kPerhaps;
}

// What lies in the pools: counts, and the first two moments of the sizes.
struct Load {
  Range records;
  Range slots;  // with the freelist
  Range bytes;
  double square = 0;   // sum of the likely squared sizes
  double largest = 0;  // record
};

void add(Load& load, const Range& count, const RecordSize& size) {
  load.records = load.records + count;
  load.slots = load.slots + count;
  load.bytes = load.bytes + count * size.mean;
  load.square += count.likely * size.square;
  if (count.high > 0) load.largest = std::max(load.largest, size.largest);
}

// A stack deeper than MAX_FRAMES gets a record with every save.
Range with_copies(const Range& count, const RecordSize& size, const Stacks& stacks, Estimate& out) {
  if (!size.may_truncate) return count;
  const double copies = stacks.saves_per_stack;
  out.limits.push_back(copies > 0 ? "Stacks deeper than MAX_FRAMES get a record with every save; the "
                                    "sample's dedup ratio says how many."
                                  : "Stacks deeper than MAX_FRAMES get a record with every save; how many "
                                    "that makes is not known, and not in the upper bound.");
  if (copies <= 1) return count;
  return {count.low, count.likely * (1 + size.truncated * (copies - 1)),
          count.high * (1 + size.truncated * (copies - 1))};
}

Load load_of(const Stacks& stacks, const Layout& layout, bool evicts, bool everybody, Estimate& out) {
  Load load;
  const RecordSize lasting = stacks.lasting_depth.size(layout, everybody);
  const RecordSize live = stacks.live_depth.size(layout, evicts);
  const Range& others = evicts ? stacks.live : stacks.ever;
  const Range persistent = with_copies(stacks.lasting, lasting, stacks, out);
  const Range changing = stacks.ever.high > 0 ? with_copies(others, live, stacks, out) : others;
  // Where only the division between the two kinds is unknown their sum is not: the ends of the one go with
  // the opposite ends of the other, and a whole slot is never smaller than a record.
  if (stacks.total && stacks.live.low != stacks.live.high) {
    const Range total{*stacks.total + (others.low - stacks.live.low), persistent.likely + changing.likely,
                      persistent.low + changing.high};
    load.records = load.slots = total;
    const double least = std::min(lasting.mean.low, live.mean.low);
    const double most = std::max(lasting.mean.high, live.mean.high);
    load.bytes = {total.low * least,
                  persistent.likely * lasting.mean.likely + changing.likely * live.mean.likely,
                  total.high * most};
    load.square = persistent.likely * lasting.square + changing.likely * live.square;
    load.largest = std::max(lasting.largest, live.largest);
  } else {
    add(load, persistent, lasting);
    add(load, changing, live);
  }
  if (evicts) {
    const double slot = layout.slot_size();
    load.slots = load.slots + stacks.evicted;
    load.bytes = load.bytes + stacks.evicted * slot;
    load.square += stacks.evicted.likely * slot * slot;
    if (stacks.evicted.high > 0) load.largest = std::max(load.largest, slot);
  }
  return load;
}

// Pools that records of so many bytes fill when the end of each is lost as soon as a record does not fit: at
// the least nothing is lost, at the most all but one step of the largest record. What is likely lost follows
// from renewal theory: the gap that a random record leaves is half of E[size^2] / E[size].
Range variable_pools(const Load& load, const Layout& layout) {
  const double pool = layout.pool_size();
  const double step = Layout::kAlignment;
  const double likely_tail =
      load.bytes.likely > 0 ? std::max(0.0, (load.square / load.bytes.likely - step) / 2) : 0;
  Range pools;
  pools.low = std::ceil(load.bytes.low / pool);
  if (load.bytes.high > 0)
    pools.high =
        std::floor(std::max(0.0, load.bytes.high - step) / (pool - std::max(load.largest - step, 0.0))) + 1;
  pools.high = std::max(pools.high, pools.low);
  pools.likely = std::clamp(std::ceil(load.bytes.likely / (pool - likely_tail)), pools.low, pools.high);
  return pools;
}

Range fixed_pools(const Load& load, const Stacks& stacks, const Layout& layout, bool evicts) {
  const double per_pool = layout.slots_per_pool();
  // Counted in pools of the same kind, the never-used slots tell the number exactly.
  if (evicts && stacks.slots && stacks.slots_per_pool == layout.slots_per_pool())
    return same(std::ceil(*stacks.slots / per_pool));
  return {std::ceil(load.slots.low / per_pool), std::ceil(load.slots.likely / per_pool),
          std::ceil(load.slots.high / per_pool)};
}

Range cut(const Range& range, double most) {
  return {std::min(range.low, most), std::min(range.likely, most), std::min(range.high, most)};
}

Range hull(const Range& likely, const Range& other) {
  return {std::min(likely.low, other.low), likely.likely, std::max(likely.high, other.high)};
}

void fill_in(Estimate& out, const Load& load, const Layout& layout, const Range& pools, bool merge) {
  // How many records a full depot holds, if they are like these.
  const auto at_cap = [&](double usable, double bytes, double records) {
    return bytes > 0 ? std::floor(static_cast<double>(layout.max_pools()) * usable / bytes * records) : 0;
  };
  const double pool = layout.pool_size();
  Range room;
  if (layout.fixed()) {
    const double slots = static_cast<double>(layout.max_pools()) * layout.slots_per_pool();
    const auto share = [&](double records, double all) {
      return all > 0 ? std::floor(slots * records / all) : slots;
    };
    room = {share(load.records.low, load.slots.low), share(load.records.likely, load.slots.likely),
            share(load.records.high, load.slots.high)};
    if (room.low > room.high) std::swap(room.low, room.high);
    room.low = std::min(room.low, room.likely), room.high = std::max(room.high, room.likely);
  } else {
    const double tight = load.records.high > 0 ? load.bytes.high / load.records.high : 0;
    const double loose = load.records.low > 0 ? load.bytes.low / load.records.low : 0;
    const double mean = load.records.likely > 0 ? load.bytes.likely / load.records.likely : 0;
    const double tail = load.bytes.likely > 0 ? load.square / load.bytes.likely / 2 : 0;
    room.likely = at_cap(pool - tail, mean, 1);
    room.low = std::min(room.likely, at_cap(pool - load.largest, std::max(tight, mean), 1));
    room.high = std::max(room.likely, at_cap(pool, loose > 0 ? std::min(loose, mean) : mean, 1));
  }
  out.records = merge ? hull(out.records, load.records) : load.records;
  out.bytes = merge ? hull(out.bytes, load.bytes) : load.bytes;
  out.pools = merge ? hull(out.pools, pools) : pools;
  out.records_at_cap = merge ? hull(out.records_at_cap, room) : room;
}

Estimate estimate_one(const Population& population, const Stacks& stacks, const Config& config) {
  const Layout layout(config);
  Estimate out;
  out.config = config;
  out.label = layout.label();
  out.limits = stacks.limits;
  const Evicting mode = evicting(population, stacks, config, layout);
  const auto work = [&](bool evicts, bool merge) {
    const Load load = load_of(stacks, layout, evicts, config.evict == Evict::kAll, out);
    fill_in(out, load, layout,
            layout.fixed() ? fixed_pools(load, stacks, layout, evicts) : variable_pools(load, layout), merge);
  };
  work(mode == Evicting::kYes, false);
  if (mode == Evicting::kPerhaps) {
    work(true, true);
    out.limits.push_back(
        "From v6.8-rc7 on only tag-based KASAN evicts; whether these stacks are its own is not known. Likely "
        "they are not.");
  }
  out.hash_table_bytes = layout.hash_table_bytes();
  out.max_pools = layout.max_pools();
  out.cap_bytes = out.max_pools * layout.pool_size();
  const auto cap = static_cast<double>(out.max_pools);
  out.capped = out.pools.likely > cap;
  if (out.pools.high > cap)
    out.limits.push_back("The depot is full at its cap; stacks saved after that are lost.");
  out.pools = cut(out.pools, cap);
  out.pool_bytes = out.pools * static_cast<double>(layout.pool_size());
  out.used_of_cap = out.pools * (1 / cap);
  out.exact = out.pools.low == out.pools.high;
  if (!layout.fixed() && !out.exact)
    out.limits.push_back(
        "The end of a pool is lost when a record does not fit; how much depends on the order of saving.");
  const bool sizes = (stacks.lasting.high > 0 && stacks.lasting_depth.vague(layout)) ||
                     (stacks.ever.high > 0 && mode != Evicting::kYes && stacks.live_depth.vague(layout));
  if (!layout.fixed() && sizes) out.limits.push_back("How deep the stacks are is known only roughly.");
  if (mode == Evicting::kNo && stacks.ever.low != stacks.ever.high)
    out.limits.push_back(
        "Of the records made anew after an eviction, how many were of a stack stored before is not known.");
  std::sort(out.limits.begin(), out.limits.end());
  out.limits.erase(std::unique(out.limits.begin(), out.limits.end()), out.limits.end());
  return out;
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

std::variant<std::vector<Estimate>, std::string> estimate(const Population& population,
                                                          const std::vector<Config>& configs) {
  if (const Problem problem = check(population)) return *problem;
  Stacks stacks;
  const StatsGeneration generation =
      population.stats ? population.stats->generation() : StatsGeneration::kNone;
  const Problem problem = generation == StatsGeneration::kSplit   ? from_split(population, stacks)
                          : generation == StatsGeneration::kFixed ? from_fixed(population, stacks)
                                                                  : from_numbers(population, stacks);
  if (problem) return *problem;
  if (population.sample) stacks.saves_per_stack = population.sample->saves_per_stack.value_or(0);
  std::vector<Estimate> estimates;
  estimates.reserve(configs.size());
  for (const Config& config : configs) estimates.push_back(estimate_one(population, stacks, config));
  return estimates;
}

}  // namespace depot
