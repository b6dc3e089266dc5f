// From little to much: what a whole depot takes under a config, from the kernel's counters, a measured sample
// of stacks, plain numbers, or any mix of them; with bounds wherever those leave room, and in words why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "depot/config.h"
#include "depot/stats.h"

namespace depot {

// Measured stacks, from Replay::facts() or any other count.
struct Sample {
  std::vector<std::uint64_t> depths;      // [n]: unique stacks of n frames
  std::optional<double> evictable_share;  // of those stacks, 0 .. 1: saved by clients that evict
  std::optional<double> saves_per_stack;  // dedup ratio, 1 ..
};

// How many stacks there are: the first given of stats, records, saves; else the sample is all there is.
// How deep they are: stats, then mean_frames, then the sample, then what a published depot held.
struct Population {
  std::optional<Stats> stats;  // counters of a running kernel; `pools` is not needed and not used
  Config counted;              // the kernel that counted `stats`; `evict` says whose stacks it evicts
  std::optional<std::uint64_t> records;    // unique stacks stored
  std::optional<std::uint64_t> evictable;  // of these, those of clients that evict
  std::optional<double> mean_frames;       // of them all
  std::optional<std::uint64_t> saves;      // with Sample::saves_per_stack
  std::optional<Sample> sample;
};

// low <= likely <= high; all the same where the input leaves no room.
struct Range {
  double low = 0;
  double likely = 0;
  double high = 0;
};

struct Estimate {
  Config config;
  std::string label;  // of the layout
  Range records;      // in use
  Range bytes;        // of records and freelist, without tails and the free end
  Range pools;        // whole numbers, cut at the cap
  Range pool_bytes;   // pools * pool size
  std::uint64_t hash_table_bytes = 0;
  std::uint64_t max_pools = 0;      // the cap
  std::uint64_t cap_bytes = 0;      // of so many pools
  Range used_of_cap;                // pools / max_pools, 0 .. 1
  Range records_at_cap;             // how many such records fit before "Stack depot reached limit capacity"
  bool exact = false;               // pools.low == pools.high
  bool capped = false;              // the likely number of pools would pass the cap
  std::vector<std::string> limits;  // what limits the certainty, a sentence each
};

// An estimate per config, or why there can be none: nothing to count, counters that contradict each other, a
// mean or a share out of range. Configs must have passed config_error().
[[nodiscard]] std::variant<std::vector<Estimate>, std::string> estimate(const Population& population,
                                                                        const std::vector<Config>& configs);

}  // namespace depot
