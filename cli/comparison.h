// Two analyses side by side: which reports came or went, which stacks grew, what that means for the depot.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/analysis.h"
#include "cli/stack_collection.h"

namespace cli {

template <typename Value>
struct Pair {
  Value before{}, after{};
};

enum class Change : std::uint8_t { appeared, gone, grown, shrunk, same };
std::string_view change_name(Change change);  // "new", "gone", "grown", "shrunk", "same"

struct ReportChange {
  std::string title;
  parser::Family family{};
  Pair<std::uint64_t> count;
  Change change = Change::same;
};

// What tells stacks apart: functions and offsets, or functions only, which outlives a rebuild.
enum class StackKey : std::uint8_t { offsets, names };

// Saves and bytes of the records of all stacks with one key. The key is the 64-bit FNV-1a of the frames'
// texts, each ended by a line feed, innermost first: the same in every run and release.
struct StackChange {
  std::uint64_t key = 0;
  Pair<std::uint64_t> count, bytes, stacks;
  Change change = Change::same;      // by saves
  std::vector<std::string> clients;  // in order of first sight
  std::vector<std::string> frames;   // as the key has them, innermost first
  std::uint32_t depth = 0;           // frames
};

struct ConfigChange {
  depot::Config config;  // of the second input
  bool is_log = false;
  Pair<std::uint64_t> records, pools, pool_bytes, wasted_bytes;
};

struct Comparison {
  Pair<std::vector<InputFacts>> inputs;
  Pair<std::uint64_t> report_count, saves, unique;
  StackKey key = StackKey::offsets;
  std::string config;                 // that bytes of records are counted under
  std::vector<ReportChange> reports;  // those that changed first: new, gone, grown, shrunk, same
  std::vector<StackChange> stacks;    // that changed, the largest change first
  std::uint64_t stacks_same = 0;
  std::vector<ConfigChange> configs;
  std::vector<std::pair<std::string, Pair<std::optional<std::int64_t>>>> counters;  // the kernel's own
  bool addresses_only = false;  // frames without a symbol: their keys hold within one boot of one kernel

  [[nodiscard]] std::uint64_t count_stacks(Change change) const;
  [[nodiscard]] std::uint64_t count_reports(Change change) const;
};

struct ComparisonOptions {
  StackKey key = StackKey::offsets;
  bool by_bytes = false;  // order of stacks: by the change in bytes, else in saves
};

// `before` and `after` were made with the same --what-if.
Comparison compare(const Analysis& before, const StackCollection& stacks_before, const Analysis& after,
                   const StackCollection& stacks_after, const ComparisonOptions& options);

}  // namespace cli
