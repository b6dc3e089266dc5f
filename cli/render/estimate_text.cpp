#include "cli/render/estimate_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "cli/render/escape.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"
#include "cli/render/table.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

std::uint64_t whole(double value) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, value)));
}

std::string count(double value) {
  return grouped(whole(value));
}

std::string bytes(double value) {
  return kib(whole(value));
}

std::string name_of(const Costs& costs, std::size_t index) {
  return for_terminal(costs.configs[index].estimate.config.name);
}

// What the figures rest on, a line each.
std::string basis(const Costs& costs, const Screen& screen) {
  std::string text;
  const auto add = [&](const std::string& label, const std::string& line) {
    const auto lines = wrapped(label + line, prose_width(screen), "  ");
    text += styled(screen, Style::bold, label) + lines.substr(std::min(label.size(), lines.size()));
  };
  if (costs.counted) {
    std::string line;
    for (const auto& [name, value] : costs.counted->stats.counters)
      line += (line.empty() ? " " : ", ") + for_terminal(name) + " " +
              (value < 0 ? std::to_string(value) : grouped(static_cast<std::uint64_t>(value)));
    add("Counted by the kernel", " (" + for_terminal(costs.inputs[costs.counted->input].path) + "):" + line);
  }
  if (costs.measured.unique > 0)
    add("Measured in the input",
        ": " + grouped(costs.measured.saves) + " saved, " + grouped(costs.measured.unique) +
            " unique stacks, dedup " + fixed(costs.measured.dedup_ratio(), 2) + "x, " +
            fixed(costs.measured.mean_depth, 1) + " frames on average (" +
            std::to_string(costs.measured.min_depth) + ".." + std::to_string(costs.measured.max_depth) + ")");
  if (costs.given.any()) {
    std::string line;
    const auto part = [&](const std::string& what) { line += (line.empty() ? ": " : ", ") + what; };
    if (costs.given.records) part(grouped(*costs.given.records) + " records");
    if (costs.given.evictable) part(grouped(*costs.given.evictable) + " of them evictable");
    if (costs.given.saves) part(grouped(*costs.given.saves) + " saves");
    if (costs.given.mean_frames) part(fixed(*costs.given.mean_frames, 1) + " frames on average");
    add("Given", line);
  }
  return text;
}

// "577..601", or nothing where there is no room
std::string room(const depot::Range& range) {
  return range.low == range.high ? "exact" : count(range.low) + ".." + count(range.high);
}

std::string table(const Costs& costs, const Screen& screen) {
  Table table({{"records", 1},
               {"bytes", 5},
               {"pools", 0},
               {"low..high", 1},
               {"memory", 0},
               {"hash table", 4},
               {"of the cap", 2},
               {"full at", 3}});
  for (std::size_t i = 0; i < costs.configs.size(); ++i) {
    const auto& cost = costs.configs[i];
    const auto& estimate = cost.estimate;
    const bool own = cost.is_log && i < kDefaultConfigs;
    table.add(name_of(costs, i) + (own ? "  this kernel" : ""),
              {count(estimate.records.likely), bytes(estimate.bytes.likely), count(estimate.pools.likely),
               room(estimate.pools), bytes(estimate.pool_bytes.likely), kib(estimate.hash_table_bytes),
               percent(estimate.used_of_cap.likely) + " of " + grouped(estimate.max_pools),
               estimate.records_at_cap.likely > 0 ? count(estimate.records_at_cap.likely) : "-"},
              own);
  }
  return "\n" + table.text(screen);
}

// "893 -> 597 pools, 296 pools = 4,736 KiB saved: 6.9 .. instead of 6.8-rc1..rc6 fixed 544 B"
std::string savings(const Costs& costs, const Screen& screen) {
  std::string text;
  for (const auto& saving : costs.savings) {
    const auto& from = costs.configs[saving.worse].estimate;
    const auto& to = costs.configs[saving.better].estimate;
    auto line = saving.same_pools
                    ? count(from.pools.likely) + " -> " + count(to.pools.likely) + " pools, " +
                          count(saving.pools.likely) +
                          (whole(saving.pools.likely) == 1 ? " pool = " : " pools = ")
                    : bytes(from.pool_bytes.likely) + " -> " + bytes(to.pool_bytes.likely) + ", ";
    line += grouped(whole(saving.bytes.likely) / 1024) + " KiB saved: " + name_of(costs, saving.better) +
            " instead of " + name_of(costs, saving.worse);
    if (saving.bytes.low < saving.bytes.high)
      line += saving.bytes.low > 0 ? " (" + bytes(saving.bytes.low) + " to " + bytes(saving.bytes.high) + ")"
                                   : " (at most " + bytes(saving.bytes.high) + ", perhaps nothing)";
    text += wrapped("  " + line, prose_width(screen), "    ");
  }
  return text.empty() ? text : "\n" + styled(screen, Style::bold, "Savings") + "\n" + text;
}

std::string cap(const Costs& costs, const Screen& screen) {
  constexpr double kNear = 0.5;
  std::string text;
  for (std::size_t i = 0; i < costs.configs.size(); ++i) {
    const auto& estimate = costs.configs[i].estimate;
    if (estimate.used_of_cap.high < kNear) continue;
    auto line = name_of(costs, i) + ": " +
                (estimate.capped ? "over the cap of " + grouped(estimate.max_pools) + " pools"
                                 : percent(estimate.used_of_cap.likely) + " of the " +
                                       grouped(estimate.max_pools) + " pools there can be");
    line += "; \"Stack depot reached limit capacity\" at about " + count(estimate.records_at_cap.likely) +
            " records";
    if (estimate.records_at_cap.low < estimate.records_at_cap.high)
      line += " (" + count(estimate.records_at_cap.low) + " to " + count(estimate.records_at_cap.high) + ")";
    text += wrapped("  " + line, prose_width(screen), "    ");
  }
  return text.empty() ? text : "\n" + styled(screen, Style::bold, "Near the cap") + "\n" + text;
}

// Each sentence once, with the configs that it is about unless it is about all.
std::string limits(const Costs& costs, const Screen& screen) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> sentences;
  for (std::size_t i = 0; i < costs.configs.size(); ++i)
    for (const auto& limit : costs.configs[i].estimate.limits) {
      auto known = std::find_if(sentences.begin(), sentences.end(),
                                [&](const auto& sentence) { return sentence.first == limit; });
      if (known == sentences.end()) known = sentences.insert(known, {limit, {}});
      known->second.push_back(i);
    }
  std::string text;
  for (const auto& [sentence, about] : sentences) {
    auto line = "  " + sentence;
    if (about.size() < costs.configs.size()) {
      const char* separator = " [";
      for (const auto index : about) {
        line += separator + name_of(costs, index);
        separator = "; ";
      }
      line += "]";
    }
    text += wrapped(line, prose_width(screen), "    ");
  }
  for (const auto& note : costs.notes)
    text += wrapped("  " + for_terminal(note), prose_width(screen), "    ");
  return text.empty() ? text : "\n" + styled(screen, Style::bold, "What limits the certainty") + "\n" + text;
}

// For the kernel at hand and for what the user asked about; the default rows differ little.
std::string hash_tables(const Costs& costs, const Screen& screen) {
  std::string text;
  std::string last;
  for (std::size_t i = 0; i < costs.configs.size(); ++i) {
    const auto& hash = costs.configs[i].hash;
    if (!hash || (i != costs.reference && i < kDefaultConfigs) || hash->text == last) continue;
    last = hash->text;
    const auto& now = hash->now;
    text += wrapped("  " + name_of(costs, i) + ": " + hash->text + ". Load " +
                        fixed(static_cast<double>(now.records) / static_cast<double>(now.buckets), 3) +
                        ", longest chain " + grouped(now.max_chain) + ".",
                    prose_width(screen), "    ");
  }
  if (text.empty()) return text;
  if (costs.symbolic)
    text += wrapped(
        "  The input names its frames by symbols, so the hashes stand in for those of addresses: an "
        "approximation.",
        prose_width(screen), "    ");
  if (!costs.configs[costs.reference].estimate.config.hash_order)
    text += wrapped(
        "  The size of the table is that of kernels with KASAN; a log with its line \"stackdepot hash table "
        "entries\" tells, or --what-if hash-order.",
        prose_width(screen), "    ");
  return "\n" + styled(screen, Style::bold, "Hash table") + ", for the stacks of the input\n" + text;
}

// The kernel's own pools, where it printed them: the estimate did without.
std::string check(const Costs& costs, const Screen& screen) {
  const auto& reference = costs.configs[costs.reference];
  if (!costs.counted_pools || !reference.is_log) return {};
  const auto pools = static_cast<double>(*costs.counted_pools);
  const auto& range = reference.estimate.pools;
  const bool inside = range.low <= pools && pools <= range.high;
  return "\n" +
         wrapped("The kernel counts " + grouped(*costs.counted_pools) + " pools of its own, which is " +
                     (inside ? "what" : "not what") + " the estimate for its layout says (" +
                     (range.low == range.high ? count(range.likely) : room(range)) + ").",
                 prose_width(screen), "");
}

}  // namespace

std::string estimate_text(const Costs& costs, const Screen& screen) {
  return basis(costs, screen) + table(costs, screen) + check(costs, screen) + savings(costs, screen) +
         cap(costs, screen) + hash_tables(costs, screen) + limits(costs, screen);
}

}  // namespace cli::render
