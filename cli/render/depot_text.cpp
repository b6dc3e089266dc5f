#include "cli/render/depot_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"
#include "cli/render/table.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

// "   3-6 ▂    7-10 █   11-14 ▃": unique stacks by depth, at most eight groups
std::string histogram(const depot::Facts& facts, const Screen& screen) {
  constexpr std::uint32_t kColumnsPerGroup = 9;
  const auto most =
      static_cast<std::uint32_t>(std::clamp<std::size_t>(screen.width / kColumnsPerGroup, 2, 8));
  const auto span = facts.max_depth - facts.min_depth + 1;
  const auto width = (span + most - 1) / most;
  std::vector<std::uint64_t> counts((span + width - 1) / width);
  for (auto depth = facts.min_depth; depth <= facts.max_depth && depth < facts.depths.size(); ++depth)
    counts[(depth - facts.min_depth) / width] += facts.depths[depth];
  const auto highest = std::max<std::uint64_t>(1, *std::max_element(counts.begin(), counts.end()));
  std::string text = " ";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto from = facts.min_depth + static_cast<std::uint32_t>(i) * width;
    const auto to = std::min(from + width - 1, facts.max_depth);
    text += "  " + std::to_string(from) + (to > from ? "-" + std::to_string(to) : "") + " " +
            column(static_cast<double>(counts[i]) / static_cast<double>(highest), screen.unicode);
  }
  while (text.ends_with(' ')) text.pop_back();
  return text + "\n";
}

std::string summary(const Analysis& analysis, const Screen& screen) {
  constexpr std::string_view kLabel = "Stacks the kernel keeps in its depot";
  const auto& facts = analysis.facts;
  auto text = std::string(kLabel) + ": " + grouped(facts.saves) + " saved, " + grouped(analysis.unique) +
              " unique, dedup " + fixed(analysis.dedup_ratio(), 2) + "x, depth " +
              std::to_string(facts.min_depth);
  if (facts.max_depth > facts.min_depth) {
    const bool whole = facts.median_depth == std::floor(facts.median_depth);
    text +=
        ".." + std::to_string(facts.max_depth) + " (median " + fixed(facts.median_depth, whole ? 0 : 1) + ")";
  }
  text = wrapped(text, screen.width, "  ");
  if (text.starts_with(kLabel)) text.replace(0, kLabel.size(), styled(screen, Style::bold, kLabel));
  return "\n" + text + histogram(facts, screen);
}

std::string table(const Analysis& analysis, const Screen& screen) {
  const bool wide = screen.width >= 80;
  std::uint64_t worst = 0;
  for (const auto& accounting : analysis.accountings) worst = std::max(worst, accounting.pool_bytes);
  Table table({{"records", 0},
               {"bytes", 4},
               {"wasted", 1},
               {"share", 3},
               {"", 5, true},
               {"pools", 0},
               {"memory", 0},
               {"saved", 2}});
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    const auto share = waste_share(accounting);
    const auto saved = worst - accounting.pool_bytes;
    const bool own = analysis.is_log[i] && i < kDefaultConfigs;
    table.add(for_terminal(analysis.configs[i].name) + (!own   ? ""
                                                        : wide ? "  this log"
                                                               : " *"),
              {grouped(accounting.records()), kib(record_bytes(accounting)), kib(accounting.wasted_bytes()),
               percent(share), bar(share, 10, screen.unicode), grouped(accounting.pools),
               kib(accounting.pool_bytes), saved == 0 ? "-" : kib(saved)},
              own);
  }
  return "\n" + table.text(screen) + (wide ? "" : "  * this log\n");
}

// Where the waste of each config sits, in words.
std::string waste(const Analysis& analysis, const Screen& screen) {
  std::string text;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& config = analysis.configs[i];
    const auto& accounting = analysis.accountings[i];
    std::string parts;
    const auto add = [&](std::uint64_t bytes, const std::string& what) {
      if (bytes == 0) return;
      parts += (parts.empty() ? "" : ", ") + kib(bytes) + " in " + what;
    };
    const auto slots = depot::Layout(config).fixed() ? accounting.records() : accounting.refcounted;
    auto empty = static_cast<double>(accounting.unused_slot_bytes) /
                 static_cast<double>(std::max<std::uint64_t>(1, slots) * config.word);
    // With MAX_FRAMES below 3 the freelist's link is what a record is sized for.
    empty = std::min(empty, static_cast<double>(config.max_frames));
    add(accounting.unused_slot_bytes, "unused entry slots (" + fixed(empty, 0) + " of " +
                                          std::to_string(config.max_frames) + " on average)");
    add(accounting.padding_bytes, "padding to 16 bytes");
    add(accounting.tail_bytes, "pool tails, where the next record did not fit");
    if (parts.empty()) parts = "nowhere";
    if (accounting.freelist_bytes > 0)
      parts += "; " + kib(accounting.freelist_bytes) + " more wait in " + grouped(accounting.freelist) +
               " free slots";
    text += wrapped("  " + for_terminal(config.name) + ": " + parts, prose_width(screen), "    ");
  }
  return "\nWhere the waste sits\n" + text;
}

// "189 -> 44 pools, 145 pools = 2,320 KiB saved", as the kernel's own commit messages put it.
std::string saving(const Analysis& analysis, const Screen& screen) {
  std::size_t worst = 0;
  for (std::size_t i = 0; i < kDefaultConfigs; ++i)
    if (analysis.accountings[i].pools > analysis.accountings[worst].pools) worst = i;
  std::string text;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& now = analysis.accountings[i];
    const auto& then = analysis.accountings[worst];
    if (now.pools >= then.pools || analysis.configs[i].page_size != analysis.configs[worst].page_size)
      continue;
    text += wrapped("  " + for_terminal(analysis.configs[i].name) + " instead of " +
                        for_terminal(analysis.configs[worst].name) + ": " + grouped(then.pools) + " -> " +
                        grouped(now.pools) + " pools, " + grouped(then.pools - now.pools) +
                        (then.pools - now.pools == 1 ? " pool = " : " pools = ") +
                        kib(then.pool_bytes - now.pool_bytes) + " saved",
                    prose_width(screen), "    ");
  }
  return text.empty() ? text : "\nSavings\n" + text;
}

std::string lost(const Analysis& analysis) {
  std::string text;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    if (accounting.lost_at_cap > 0)
      text += "  " + for_terminal(analysis.configs[i].name) + ": \"Stack depot reached limit capacity\", " +
              grouped(accounting.lost_at_cap) + " saves lost\n";
    if (accounting.truncated > 0)
      text += "  " + for_terminal(analysis.configs[i].name) + ": " + grouped(accounting.truncated) +
              " records are deeper than " + std::to_string(analysis.configs[i].max_frames) +
              " frames; such stacks are cut and never found again\n";
  }
  return text.empty() ? text : "\n" + text;
}

// What the counters say, and beside it what the input holds of that depot and what fixed-size records would
// take.
std::string kernel_counters(const Analysis& analysis, const Screen& screen) {
  std::string out;
  for (const auto* found : last_stats(analysis)) {
    auto text = "The kernel's own counters (" + for_terminal(analysis.inputs[found->input].path) + "):";
    const char* separator = " ";
    for (const auto& [name, value] : found->stats.counters) {
      text += separator + name + " " +
              (value < 0 ? std::to_string(value) : grouped(static_cast<std::uint64_t>(value)));
      separator = ", ";
    }
    out += "\n" + wrapped(text, prose_width(screen), "  ");
    for (const auto& remark : stats_remarks(analysis, *found))
      out += wrapped("  " + remark, prose_width(screen), "  ");
  }
  return out;
}

std::string notes(const Analysis& analysis, const Screen& screen) {
  const auto text = depot_note(analysis);
  return text.empty() ? text : "\n" + wrapped(text, prose_width(screen), "");
}

}  // namespace

std::string depot_text(const Analysis& analysis, const Screen& screen) {
  if (analysis.facts.unique == 0)
    return "\nNo stack of the kernel's depot in this input.\n" + kernel_counters(analysis, screen);
  return summary(analysis, screen) + table(analysis, screen) + waste(analysis, screen) +
         saving(analysis, screen) + lost(analysis) + kernel_counters(analysis, screen) +
         notes(analysis, screen);
}

}  // namespace cli::render
