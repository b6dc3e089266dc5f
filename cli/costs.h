// What a depot takes under each config, from what a run has: the stacks of the input, the kernel's counters,
// numbers of the user. Joins the analysis to depot::estimate().
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/analysis.h"
#include "depot/accounting.h"
#include "depot/estimate.h"
#include "depot/hash_table.h"

namespace cli {

// What the user knows of a depot.
struct KnownNumbers {
  std::optional<std::uint64_t> records;    // unique stacks
  std::optional<std::uint64_t> evictable;  // of these, those of clients that evict
  std::optional<std::uint64_t> saves;
  std::optional<double> mean_frames;

  [[nodiscard]] bool any() const { return records || evictable || saves || mean_frames; }
};

struct Cost {
  depot::Estimate estimate;
  bool is_log = false;                        // a kernel of the input lays records out like this
  std::optional<depot::Accounting> replayed;  // the stacks are all there is, and were measured one by one
  std::optional<depot::HashAdvice> hash;      // of the stacks in the input
};

// The better of two configs beside the worse one, as commit messages of the kernel state it.
struct Saving {
  std::size_t worse = 0, better = 0;  // in Costs::configs
  depot::Range pools;                 // saved; a low end below 0: perhaps none
  depot::Range bytes;
  bool same_pools = true;  // pools of both are of one size
};

struct Costs {
  std::vector<InputFacts> inputs;
  std::vector<Cost> configs;
  std::size_t reference = 0;  // the kernel that speaks, else the config that takes the most
  std::vector<Saving> savings;
  // What the figures rest on.
  std::optional<KernelStats> counted;
  std::optional<std::uint64_t> counted_pools;  // the kernel's own figure, which the estimate does not use
  KnownNumbers given;
  depot::Facts measured;
  bool symbolic = false;
  std::vector<std::string> notes;
};

// Costs, or in words why there can be none.
std::variant<Costs, std::string> costs_of(const Analysis& analysis, const KnownNumbers& given,
                                          const std::optional<depot::KernelVersion>& kernel);

}  // namespace cli
