#include "cli/costs.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "depot/era.h"
#include "depot/layout.h"

namespace cli {
namespace {

depot::Range exactly(std::uint64_t value) {
  const auto number = static_cast<double>(value);
  return {number, number, number};
}

// The counters that count: those read last.
void take_counters(const Analysis& analysis, Costs& costs, depot::Population& population) {
  if (analysis.kernel_stats.empty()) return;
  costs.counted = analysis.kernel_stats.back();
  population.stats.emplace();
  for (const auto& [name, value] : costs.counted->stats.counters) {
    if (value < 0)
      costs.notes.push_back("The counter " + name + " is negative and was left out.");
    else
      depot::set_stat(*population.stats, name, static_cast<std::uint64_t>(value));
  }
  costs.counted_pools = population.stats->pools;
  if (population.stats->generation() == depot::StatsGeneration::kNone)
    population.stats.reset();  // `pools` alone counts no stacks
  const auto& path = analysis.inputs[costs.counted->input].path;
  for (const auto& other : analysis.kernel_stats)
    if (analysis.inputs[other.input].path != path) {
      costs.notes.push_back("Several files hold counters of a depot; the figures are those of " + path + ".");
      break;
    }
}

void take_sample(const Analysis& analysis, depot::Population& population) {
  const auto& facts = analysis.facts;
  if (facts.unique == 0) return;
  population.sample.emplace();
  population.sample->depths = facts.depths;
  population.sample->saves_per_stack = facts.dedup_ratio();
  // The kernels that evicted for both modes of KASAN tell whose stacks are evictable at all.
  for (std::size_t i = 0; i < kDefaultConfigs; ++i) {
    const auto& accounting = analysis.accountings[i];
    if (!depot::Layout(analysis.configs[i]).fixed() || accounting.allocations == 0) continue;
    const auto& unknown = facts.clients[static_cast<std::size_t>(depot::Client::kUnknown)];
    if (accounting.refcounted_allocations == 0 && unknown.unique == facts.unique) continue;
    population.sample->evictable_share =
        static_cast<double>(accounting.refcounted_allocations) / static_cast<double>(accounting.allocations);
  }
}

// The kernel whose depot it is: as the user says, as a log says, else as the names of the counters tell.
depot::Config counting_config(const Analysis& analysis, const std::optional<depot::KernelVersion>& kernel,
                              const depot::Population& population) {
  depot::Config config;
  if (population.stats && population.stats->generation() == depot::StatsGeneration::kFixed)
    config.kernel = {6, 8, 0, 6};
  for (const auto& boot : analysis.boots)
    if (boot.version) config.kernel = *boot.version;
  if (kernel) config.kernel = *kernel;
  const auto saved_by = [&](depot::Client client) {
    return analysis.facts.clients[static_cast<std::size_t>(client)].saves > 0;
  };
  if (saved_by(depot::Client::kKasanTags))
    config.evict = depot::Evict::kKasanTags;
  else if (saved_by(depot::Client::kKasanGeneric))
    config.evict = depot::Evict::kKasanGeneric;
  return config;
}

// Where the stacks are all there is, the replay knows what the estimate can only bound.
void take_replay(Cost& cost, const depot::Accounting& accounting) {
  auto& estimate = cost.estimate;
  cost.replayed = accounting;
  estimate.records = exactly(accounting.records());
  estimate.bytes = exactly(accounting.header_bytes + accounting.entry_bytes + accounting.padding_bytes +
                           accounting.unused_slot_bytes + accounting.freelist_bytes);
  estimate.pools = exactly(accounting.pools);
  estimate.pool_bytes = exactly(accounting.pool_bytes);
  const auto cap = static_cast<double>(estimate.max_pools);
  estimate.used_of_cap = {estimate.pools.low / cap, estimate.pools.likely / cap, estimate.pools.high / cap};
  estimate.exact = true;
  estimate.capped = accounting.lost_at_cap > 0;
  estimate.limits.clear();
}

void take_hashes(const Analysis& analysis, Costs& costs) {
  // Many configs have the same table.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, depot::HashAdvice> known;
  for (auto& cost : costs.configs) {
    const depot::Layout layout(cost.estimate.config);
    const auto depth = layout.era().truncates ? layout.max_frames() : 0;
    const auto [place, fresh] =
        known.try_emplace({layout.word(), layout.hash_order(), layout.bucket_size(), depth});
    if (fresh) {
      std::vector<std::uint32_t> hashes;
      hashes.reserve(analysis.stacks->size());
      for (depot::StackId id = 0; id < analysis.stacks->size(); ++id) {
        const auto frames = analysis.stacks->frames(id);
        if (!layout.truncates(frames.size())) hashes.push_back(depot::stack_hash(frames, layout.word()));
      }
      place->second = depot::hash_advice(std::move(hashes), layout.hash_order(), layout.bucket_size());
    }
    if (place->second.now.records > 0) cost.hash = place->second;
  }
}

void find_savings(Costs& costs) {
  const auto& configs = costs.configs;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    auto worse = costs.reference;
    auto better = i;
    if (configs[worse].estimate.pool_bytes.likely < configs[better].estimate.pool_bytes.likely)
      std::swap(worse, better);
    const auto& from = configs[worse].estimate;
    const auto& to = configs[better].estimate;
    if (from.pool_bytes.likely <= to.pool_bytes.likely) continue;
    const auto less = [](const depot::Range& a, const depot::Range& b) {
      return depot::Range{a.low - b.high, a.likely - b.likely, a.high - b.low};
    };
    costs.savings.push_back({worse, better, less(from.pools, to.pools), less(from.pool_bytes, to.pool_bytes),
                             from.config.page_size == to.config.page_size});
  }
}

std::optional<std::string> contradiction(const KnownNumbers& given, const depot::Population& population) {
  if (population.stats && given.records)
    return "--records: the counters in the input say how many there are; leave out the one or the other";
  if (population.stats && given.saves)
    return "--saves: the counters in the input say how many stacks there are; leave out the one or the other";
  if (given.records && given.saves) return "--saves: --records says how many stacks there are";
  if (given.records && given.evictable && *given.evictable > *given.records)
    return "--evictable: more than there are records";
  if (given.saves && !population.sample)
    return "--saves: how many of them make a record needs an input with stacks";
  return std::nullopt;
}

}  // namespace

std::variant<Costs, std::string> costs_of(const Analysis& analysis, const KnownNumbers& given,
                                          const std::optional<depot::KernelVersion>& kernel) {
  Costs costs;
  costs.inputs = analysis.inputs;
  costs.given = given;
  costs.measured = analysis.facts;
  costs.symbolic = analysis.symbolic;
  depot::Population population;
  take_counters(analysis, costs, population);
  take_sample(analysis, population);
  population.counted = counting_config(analysis, kernel, population);
  population.records = given.records;
  population.evictable = given.evictable;
  population.saves = given.saves;
  population.mean_frames = given.mean_frames;
  const auto* const era = depot::find_era(population.counted.kernel);
  if (population.stats && era != nullptr && era->stats != population.stats->generation())
    costs.notes.push_back("Linux " + population.counted.kernel.to_string() +
                          " has no counters of these names; they are read as those of the kernels that do.");
  if (auto error = contradiction(given, population)) return *error;

  auto estimated = depot::estimate(population, analysis.configs);
  if (const auto* error = std::get_if<std::string>(&estimated)) return *error;
  auto& estimates = std::get<std::vector<depot::Estimate>>(estimated);
  const bool whole = !population.stats && !given.any();
  const bool one_boot = analysis.boots.size() + analysis.boots_left_out <= 1;
  if (whole && !one_boot)
    costs.notes.emplace_back(
        "The input holds several boots; their stacks are taken together, as if one depot held them.");
  if (whole && one_boot)
    costs.notes.emplace_back(
        "These are the stacks of the input alone. A running kernel's depot holds more: add its "
        "stackdepot/stats, or --records.");
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    Cost cost{std::move(estimates[i]), analysis.is_log[i], {}, {}};
    if (whole && one_boot) take_replay(cost, analysis.accountings[i]);
    costs.configs.push_back(std::move(cost));
  }
  // Counters of a kernel that is not named tell its kind by their names.
  const auto named =
      std::any_of(costs.configs.begin(), costs.configs.end(), [](const Cost& cost) { return cost.is_log; });
  if (!named && population.stats)
    for (std::size_t i = 0; i < kDefaultConfigs; ++i)
      costs.configs[i].is_log = same_layout(costs.configs[i].estimate.config, population.counted.kernel);
  costs.reference = costs.configs.size();
  for (std::size_t i = 0; i < costs.configs.size(); ++i)
    if (costs.configs[i].is_log && costs.reference == costs.configs.size()) costs.reference = i;
  if (costs.reference == costs.configs.size())
    costs.reference = static_cast<std::size_t>(std::max_element(costs.configs.begin(), costs.configs.end(),
                                                                [](const Cost& a, const Cost& b) {
                                                                  return a.estimate.pool_bytes.likely <
                                                                         b.estimate.pool_bytes.likely;
                                                                }) -
                                               costs.configs.begin());
  find_savings(costs);
  take_hashes(analysis, costs);
  return costs;
}

}  // namespace cli
