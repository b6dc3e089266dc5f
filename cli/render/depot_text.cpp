#include "cli/render/depot_text.h"

#include <algorithm>
#include <vector>

#include "cli/render/escape.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

std::string pad(std::string text, std::size_t width) {
  const auto have = columns(text);
  return have < width ? std::string(width - have, ' ') + text : text;
}

std::string pad_right(std::string text, std::size_t width) {
  const auto have = columns(text);
  return have < width ? text + std::string(width - have, ' ') : text;
}

// Of the bytes that were carved, what holds neither header nor frame.
double waste_share(const depot::Accounting& accounting) {
  const auto carved = accounting.pool_bytes - accounting.last_pool_free_bytes;
  return carved == 0 ? 0 : static_cast<double>(accounting.wasted_bytes()) / static_cast<double>(carved);
}

std::uint64_t record_bytes(const depot::Accounting& accounting) {
  return accounting.header_bytes + accounting.entry_bytes + accounting.padding_bytes +
         accounting.unused_slot_bytes;
}

// "   3-6 ▂    7-10 █   11-14 ▃": unique stacks by depth, at most eight columns
std::string histogram(const depot::Facts& facts, bool unicode) {
  const auto span = facts.max_depth - facts.min_depth + 1;
  const auto width = (span + 7) / 8;
  std::vector<std::uint64_t> counts((span + width - 1) / width);
  for (auto depth = facts.min_depth; depth <= facts.max_depth && depth < facts.depths.size(); ++depth)
    counts[(depth - facts.min_depth) / width] += facts.depths[depth];
  const auto highest = *std::max_element(counts.begin(), counts.end());
  std::string text = " ";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto from = facts.min_depth + static_cast<std::uint32_t>(i) * width;
    const auto to = std::min(from + width - 1, facts.max_depth);
    text += "  " + std::to_string(from) + (to > from ? "-" + std::to_string(to) : "") + " " +
            column(highest == 0 ? 0 : static_cast<double>(counts[i]) / static_cast<double>(highest), unicode);
  }
  return text + "\n";
}

std::string summary(const Analysis& analysis, const Screen& screen) {
  const auto& facts = analysis.facts;
  std::string text = "\n" + styled(screen, Style::bold, "Stacks the kernel keeps in its depot") + ": " +
                     grouped(facts.saves) + " saved, " + grouped(analysis.unique) + " unique, dedup " +
                     fixed(analysis.dedup_ratio(), 2) + "x, depth " + std::to_string(facts.min_depth);
  if (facts.max_depth > facts.min_depth)
    text += ".." + std::to_string(facts.max_depth) + " (median " +
            fixed(facts.median_depth,
                  facts.median_depth == static_cast<double>(static_cast<int>(facts.median_depth)) ? 0 : 1) +
            ")";
  return text + "\n" + histogram(facts, screen.unicode);
}

std::string table(const Analysis& analysis, const Screen& screen) {
  std::uint64_t worst = 0;
  for (const auto& accounting : analysis.accountings) worst = std::max(worst, accounting.pools);

  std::vector<std::string> names;
  std::size_t name_width = 0;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    names.push_back(for_terminal(analysis.configs[i].name) +
                    (analysis.is_log[i] && i < kDefaultConfigs ? "  this log" : ""));
    name_width = std::max(name_width, columns(names.back()));
  }
  constexpr std::size_t kNumbers = 9 + 11 + 11 + 7 + 7 + 12 + 12;
  constexpr std::size_t kBar = 10;
  const bool bars = screen.width >= name_width + kNumbers + kBar + 5;
  name_width = std::min(name_width, screen.width > kNumbers + 13 ? screen.width - kNumbers - 3 : 10);

  const auto row = [&](const std::string& name, bool own, const std::vector<std::string>& cells,
                       const std::string& bar_text) {
    auto text = "  " + pad_right(cut(name, name_width), name_width);
    if (own) text = styled(screen, Style::green, text);
    constexpr std::size_t kWidths[] = {9, 11, 11, 7, 7, 12, 12};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (bars && i == 4) text += "  " + pad_right(bar_text, kBar);
      text += pad(cells[i], kWidths[i]);
    }
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
  };

  auto text = "\n" + row("", false, {"records", "bytes", "wasted", "share", "pools", "memory", "saved"}, "");
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    const auto share = waste_share(accounting);
    const auto pool = accounting.pools == 0 ? 0 : accounting.pool_bytes / accounting.pools;
    const auto saved = (worst - accounting.pools) * pool;
    text += row(names[i], analysis.is_log[i] && i < kDefaultConfigs,
                {grouped(accounting.records()), kib(record_bytes(accounting)), kib(accounting.wasted_bytes()),
                 percent(share), grouped(accounting.pools), kib(accounting.pool_bytes),
                 saved == 0 ? "-" : kib(saved)},
                bar(share, kBar, screen.unicode));
  }
  return text;
}

// Where the waste sits, by the largest part, for fixed records and for the rest.
std::string waste(const Analysis& analysis) {
  std::string text;
  const auto part = [](std::uint64_t bytes, std::uint64_t of, const char* what, std::string& list) {
    if (bytes == 0) return;
    list += (list.empty() ? "" : ", ") + std::string(what) + " " + kib(bytes) + " (" +
            percent(static_cast<double>(bytes) / static_cast<double>(of)) + ")";
  };
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    const auto wasted = accounting.wasted_bytes();
    if (wasted == 0) continue;
    std::string list;
    part(accounting.unused_slot_bytes, wasted, "unused entry slots", list);
    part(accounting.padding_bytes, wasted, "rounding to 16 bytes", list);
    part(accounting.tail_bytes, wasted, "pool tails", list);
    part(accounting.freelist_bytes, wasted, "free slots", list);
    text += "  " + for_terminal(analysis.configs[i].name) + ": " + list;
    const auto records = accounting.records();
    if (accounting.unused_slot_bytes > 0 && records > 0)
      text += "; " +
              fixed(static_cast<double>(accounting.unused_slot_bytes) /
                        static_cast<double>(records * analysis.configs[i].word),
                    0) +
              " of " + std::to_string(analysis.configs[i].max_frames) + " slots empty on average";
    text += "\n";
  }
  return text.empty() ? text : "\nWhere the waste sits:\n" + text;
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

std::optional<std::int64_t> counter(const parser::DepotStats& stats, std::string_view name) {
  for (const auto& [key, value] : stats.counters)
    if (key == name) return value;
  return std::nullopt;
}

std::string kernel_counters(const Analysis& analysis) {
  std::string text;
  for (const auto& found : analysis.kernel_stats) {
    text += "\nThe kernel's own counters (" + for_terminal(analysis.inputs[found.input].path) + "):";
    const char* separator = " ";
    for (const auto& [name, value] : found.stats.counters) {
      text += separator + name + " " +
              (value < 0 ? std::to_string(value) : grouped(static_cast<std::uint64_t>(value)));
      separator = ", ";
    }
    text += "\n";
    const auto persistent = counter(found.stats, "persistent_count");
    const auto bytes = counter(found.stats, "persistent_bytes");
    if (!persistent || *persistent <= 0 || !bytes) continue;
    for (std::size_t i = 0; i < analysis.configs.size() && i < kDefaultConfigs; ++i) {
      const auto& accounting = analysis.accountings[i];
      // Only a layout that counts persistent records can be held against these counters.
      if (depot::Layout(analysis.configs[i]).era().stats != depot::StatsGeneration::kSplit) continue;
      text += "The input holds " + grouped(accounting.records()) + " of its " +
              grouped(static_cast<std::uint64_t>(*persistent)) + " persistent records (" +
              percent(static_cast<double>(accounting.records()) / static_cast<double>(*persistent)) + "), " +
              grouped(accounting.persistent_bytes) + " of " + grouped(static_cast<std::uint64_t>(*bytes)) +
              " bytes.\n";
    }
  }
  return text;
}

std::string notes(const Analysis& analysis) {
  std::string text;
  if (analysis.live_dumps)
    text +=
        "A dump lists live tracks only, the stacks of what is allocated now; the depot keeps every stack it "
        "ever saw, so the\n"
        "kernel's own figure is higher." +
        std::string(analysis.kernel_stats.empty() ? " Add /sys/kernel/debug/stackdepot/stats to see both.\n"
                                                  : "\n");
  else if (analysis.kernel_stats.empty() && analysis.facts.saves < 5000)
    text +=
        "A whole boot holds thousands: add /sys/kernel/debug/slab/*/alloc_traces, page_owner or "
        "stackdepot/stats for the\n"
        "kernel's total.\n";
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string depot_text(const Analysis& analysis, const Screen& screen) {
  if (analysis.facts.unique == 0)
    return "\nNo stack of the kernel's depot in this input.\n" + kernel_counters(analysis);
  return summary(analysis, screen) + table(analysis, screen) + waste(analysis) + lost(analysis) +
         kernel_counters(analysis) + notes(analysis);
}

}  // namespace cli::render
