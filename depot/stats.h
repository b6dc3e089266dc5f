// The counters of /sys/kernel/debug/stackdepot/stats, both generations, by the kernel's names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "depot/era.h"

namespace depot {

// A counter that was not given is absent. Counters are read without a lock, so a set may be torn.
struct Stats {
  std::optional<std::uint64_t> pools;  // published ones; the preallocated spare is not counted
  // v6.8-rc3 .. rc6
  std::optional<std::uint64_t> allocations;  // records made: dedup hits do not count
  std::optional<std::uint64_t> frees;
  std::optional<std::uint64_t> in_use;
  std::optional<std::uint64_t> freelist_size;  // rc3 .. rc6: never-used slots too; later evicted ones alone
  // v6.8-rc7 ..
  std::optional<std::uint64_t> refcounted_allocations;
  std::optional<std::uint64_t> refcounted_frees;
  std::optional<std::uint64_t> refcounted_in_use;
  std::optional<std::uint64_t> persistent_count;
  std::optional<std::uint64_t> persistent_bytes;  // aligned records, without the tails of pools

  // Which generation the counters given are of; kNone if only `pools` or `freelist_size` or nothing is there.
  [[nodiscard]] StatsGeneration generation() const {
    if (persistent_count || persistent_bytes || refcounted_allocations || refcounted_frees ||
        refcounted_in_use)
      return StatsGeneration::kSplit;
    return allocations || frees || in_use ? StatsGeneration::kFixed : StatsGeneration::kNone;
  }
};

struct StatField {
  std::string_view name;
  std::optional<std::uint64_t> Stats::*member;
};

// In the order in which the kernel prints them.
inline constexpr std::array<StatField, 5> kFixedStats{{{"pools", &Stats::pools},
                                                       {"allocations", &Stats::allocations},
                                                       {"frees", &Stats::frees},
                                                       {"in_use", &Stats::in_use},
                                                       {"freelist_size", &Stats::freelist_size}}};
inline constexpr std::array<StatField, 7> kSplitStats{
    {{"pools", &Stats::pools},
     {"refcounted_allocations", &Stats::refcounted_allocations},
     {"refcounted_frees", &Stats::refcounted_frees},
     {"refcounted_in_use", &Stats::refcounted_in_use},
     {"freelist_size", &Stats::freelist_size},
     {"persistent_count", &Stats::persistent_count},
     {"persistent_bytes", &Stats::persistent_bytes}}};

// Sets the counter of that name, of either generation; false if there is none.
inline bool set_stat(Stats& stats, std::string_view name, std::uint64_t value) {
  for (const StatField& field : kFixedStats)
    if (field.name == name) return (stats.*field.member = value).has_value();
  for (const StatField& field : kSplitStats)
    if (field.name == name) return (stats.*field.member = value).has_value();
  return false;
}

}  // namespace depot
