#include "depot/estimate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "depot/depth.h"
#include "depot/layout.h"
#include "depot/population.h"

namespace depot {
namespace {

// Whether the clients that evict do so under a config: no, perhaps, yes.
enum class Evicting : std::uint8_t { kNo, kPerhaps, kYes };

Evicting evicting(const Population& population, const Stacks& stacks, const Config& config,
                  const Layout& layout) {
  if (layout.era().records == Records::kVariable || config.evict == Evict::kNone) return Evicting::kNo;
  if (config.evict != Evict::kByEra || layout.fixed()) return Evicting::kYes;
  if (population.stats && population.stats->generation() == StatsGeneration::kSplit) return Evicting::kYes;
  if (population.counted.evict == Evict::kKasanGeneric || stacks.ever.high == 0 || !stacks.share_known)
    return Evicting::kNo;
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
  // Records of one size leave the same end in each pool.
  if (load.bytes.low == load.bytes.high && load.slots.low == load.slots.high &&
      load.bytes.high == load.slots.high * load.largest && load.largest > 0)
    return same(std::ceil(load.slots.high / std::floor(pool / load.largest)));
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
        "How many of the stacks were refcounted, and how often such a one was stored again after an "
        "eviction, is "
        "not known.");
  std::sort(out.limits.begin(), out.limits.end());
  out.limits.erase(std::unique(out.limits.begin(), out.limits.end()), out.limits.end());
  return out;
}

}  // namespace

std::variant<std::vector<Estimate>, std::string> estimate(const Population& population,
                                                          const std::vector<Config>& configs) {
  const std::variant<Stacks, std::string> read = stacks_of(population);
  if (const std::string* const problem = std::get_if<std::string>(&read)) return *problem;
  const Stacks& stacks = *std::get_if<Stacks>(&read);
  std::vector<Estimate> estimates;
  estimates.reserve(configs.size());
  for (const Config& config : configs) estimates.push_back(estimate_one(population, stacks, config));
  return estimates;
}

}  // namespace depot
