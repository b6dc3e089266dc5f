#include "cli/render/html_depot.h"

#include <algorithm>
#include <cmath>

#include "cli/render/facts_text.h"
#include "cli/render/frame_text.h"
#include "cli/render/html_parts.h"
#include "cli/render/html_report.h"
#include "cli/render/numbers.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

const std::vector<std::string> kParts{
    "header",     "entries",    "padding to 16 bytes",  "unused entry slots",
    "free slots", "pool tails", "rest of the last pool"};

std::vector<std::uint64_t> parts(const depot::Accounting& accounting) {
  return {accounting.header_bytes,        accounting.entry_bytes,    accounting.padding_bytes,
          accounting.unused_slot_bytes,   accounting.freelist_bytes, accounting.tail_bytes,
          accounting.last_pool_free_bytes};
}

bool own(const Analysis& analysis, std::size_t config) {
  return analysis.is_log[config] && config < kDefaultConfigs;
}

std::string name(const Analysis& analysis, std::size_t config) {
  return analysis.configs[config].name + (own(analysis, config) ? ", this kernel" : "");
}

void memory(Html& html, const Analysis& analysis) {
  html.leaf("h3", "Every byte of the pools");
  std::vector<Bar> bars;
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    bars.push_back({name(analysis, i),
                    plural(accounting.pools, "pool", "pools") + ", " + kib(accounting.pool_bytes) + ", " +
                        percent(waste_share(accounting)) + " wasted",
                    parts(accounting)});
    std::vector<TableCell> row{name(analysis, i)};
    for (const auto part : parts(accounting)) row.emplace_back(grouped(part));
    row.emplace_back(grouped(accounting.pool_bytes));
    rows.push_back(std::move(row));
  }
  stacked_bars(html, "Bytes of the pools by what they hold", kParts, bars, kib);
  std::vector<TableColumn> columns{{"kernel or config"}};
  for (const auto& part : kParts) columns.push_back({part, true});
  columns.push_back({"pools in all", true});
  table(html, "Bytes of the pools by what they hold", columns, rows);
}

void figures(Html& html, const Analysis& analysis) {
  std::uint64_t worst = 0;
  for (const auto& accounting : analysis.accountings) worst = std::max(worst, accounting.pool_bytes);
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    const auto saved = worst - accounting.pool_bytes;
    rows.push_back({name(analysis, i), grouped(accounting.records()), kib(record_bytes(accounting)),
                    kib(accounting.wasted_bytes()), percent(waste_share(accounting)),
                    grouped(accounting.pools), kib(accounting.pool_bytes), saved == 0 ? "-" : kib(saved),
                    kib(accounting.hash_table_bytes)});
  }
  table(html, "What these stacks cost, on each kernel and config",
        {{"kernel or config"},
         {"records", true},
         {"their bytes", true},
         {"wasted", true},
         {"share", true},
         {"pools", true},
         {"memory", true},
         {"saved", true},
         {"hash table", true}},
        rows);
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    if (accounting.lost_at_cap > 0)
      note(html, analysis.configs[i].name + ": \"Stack depot reached limit capacity\", " +
                     grouped(accounting.lost_at_cap) + " saves lost.");
    if (accounting.truncated > 0)
      note(html, analysis.configs[i].name + ": " + grouped(accounting.truncated) +
                     " records are deeper than " + std::to_string(analysis.configs[i].max_frames) +
                     " frames; such stacks are cut and never found again.");
  }
}

void depths(Html& html, const depot::Facts& facts) {
  constexpr std::uint32_t kMost = 24;
  const auto span = facts.max_depth - facts.min_depth + 1;
  const auto width = (span + kMost - 1) / kMost;
  std::vector<std::pair<std::string, std::uint64_t>> bins;
  std::vector<std::vector<TableCell>> rows;
  for (auto from = facts.min_depth; from <= facts.max_depth; from += width) {
    const auto to = std::min(from + width - 1, facts.max_depth);
    std::uint64_t count = 0;
    for (auto depth = from; depth <= to && depth < facts.depths.size(); ++depth) count += facts.depths[depth];
    bins.emplace_back(std::to_string(from) + (to > from ? "-" + std::to_string(to) : ""), count);
    if (count > 0)
      rows.push_back({bins.back().first, grouped(count),
                      percent(static_cast<double>(count) / static_cast<double>(facts.unique))});
  }
  html.leaf("h3", "How deep the stacks are");
  histogram(html, "Unique stacks by their number of frames", bins);
  html.open("details").leaf("summary", "The same as a table");
  table(html, "Unique stacks by their number of frames",
        {{"frames"}, {"unique stacks", true}, {"share", true}}, rows);
  html.close();
}

// How many records a pool holds on average; fixed records have a limit.
void records_per_pool(Html& html, const Analysis& analysis) {
  std::vector<Level> rows;
  double most = 0;
  for (std::size_t i = 0; i < analysis.configs.size(); ++i) {
    const auto& accounting = analysis.accountings[i];
    const auto mean = accounting.pools == 0
                          ? 0
                          : static_cast<double>(accounting.records()) / static_cast<double>(accounting.pools);
    const auto slots = depot::Layout(analysis.configs[i]).slots_per_pool();
    const bool fixed_size = depot::Layout(analysis.configs[i]).fixed();
    auto figure = fixed(mean, 1) + " records per pool";
    if (fixed_size && slots > 0) figure += " of at most " + std::to_string(slots);
    rows.push_back({name(analysis, i), std::move(figure), mean});
    most = std::max(most, mean);
  }
  for (auto& row : rows) row.share = most == 0 ? 0 : row.share / most;
  html.leaf("h3", "Records per pool");
  levels(html, "Records per pool, on average", rows);
}

void clients(Html& html, const depot::Facts& facts) {
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < facts.clients.size(); ++i)
    if (facts.clients[i].saves > 0)
      rows.push_back({std::string(depot::client_name(static_cast<depot::Client>(i))),
                      grouped(facts.clients[i].saves), grouped(facts.clients[i].unique)});
  table(html, "Who saved them", {{"client"}, {"saved", true}, {"unique", true}}, rows);
}

}  // namespace

void depot_section(Html& html, const Analysis& analysis) {
  begin_section(html, "depot", "What the stack depot costs");
  if (analysis.facts.unique == 0) {
    note(html, "No stack of the kernel's depot in this input.");
  } else {
    figures(html, analysis);
    memory(html, analysis);
    records_per_pool(html, analysis);
    depths(html, analysis.facts);
    clients(html, analysis.facts);
  }
  note(html, depot_note(analysis));
  end_section(html);
}

void stacks_section(Html& html, const Analysis& analysis, const StackCollection& stacks) {
  constexpr std::size_t kShown = 10;
  const auto& config = analysis.configs[shown_config(analysis)];
  const depot::Layout layout(config);
  std::vector<std::uint64_t> saves, bytes;
  std::vector<depot::StackId> order;
  for (depot::StackId id = 0; id < stacks.stacks().size(); ++id) {
    const auto& stack = stacks.stacks()[id];
    const bool refcounted = depot::saves_refcounted(config, stack.client, stack.evictable);
    saves.push_back(stack.count);
    bytes.push_back(stack.count == 0 ? 0 : layout.record(stacks.words(id).size(), refcounted).total());
    if (stack.count > 0) order.push_back(id);
  }
  if (order.empty()) return;
  begin_section(html, "stacks", "Where the stacks come from");
  note(html, "From the outermost function at the top to the innermost; a box is as wide as its share.");
  const auto by_saves = make_icicle(stacks, saves, {});
  const auto by_bytes = make_icicle(stacks, bytes, {});
  icicle(html, "By saves", "saves", by_saves);
  icicle(html, "By bytes of records", "bytes", by_bytes);
  if (by_saves.pruned || by_bytes.pruned) {
    const IcicleLimits limits;
    note(html, "The largest boxes are drawn, at most " + std::to_string(limits.boxes) +
                   ": a box takes at least " + percent(limits.least) + " of all, a row " +
                   percent(limits.least_row) + ". depot-analyze stacks --format folded has everything.");
  }
  note(html, "Bytes are those of " + config.name + ".");

  html.leaf("h3", "Saved most often");
  std::stable_sort(order.begin(), order.end(),
                   [&](depot::StackId a, depot::StackId b) { return saves[a] > saves[b]; });
  for (std::size_t i = 0; i < std::min(kShown, order.size()); ++i) {
    constexpr std::size_t kNamed = 4;
    const auto words = stacks.words(order[i]);
    std::string names;
    for (std::size_t k = 0; k < std::min(kNamed, words.size()); ++k) {
      const auto& frame = stacks.frame(words[k]);
      names +=
          (k == 0 ? "" : " < ") + (frame.symbol.empty() ? hex(frame.address) : std::string(frame.symbol));
    }
    if (words.size() > kNamed) names += " < ...";
    html.line_break().open("details", {{"class", "trace"}}).open("summary");
    html.leaf("strong", plural(saves[order[i]], "save", "saves"));
    html.leaf("span",
              " of " + grouped(bytes[order[i]]) + " bytes, " + plural(words.size(), "frame", "frames") + ": ",
              {{"class", "quiet"}});
    html.leaf("code", names);
    html.close().open("ol", {{"class", "frames"}});
    for (const auto word : words) html.leaf("li", stored_frame_text(stacks.frame(word)));
    html.close().close();
  }
  if (order.size() > kShown)
    note(html, plural(order.size() - kShown, "more stack", "more stacks") +
                   ": depot-analyze stacks lists, sorts and filters them.");
  end_section(html);
}

void counters_section(Html& html, const Analysis& analysis) {
  if (analysis.kernel_stats.empty()) return;
  begin_section(html, "counters", "The kernel's own counters");
  for (const auto* found : last_stats(analysis)) {
    std::vector<std::vector<TableCell>> rows;
    for (const auto& [counter, value] : found->stats.counters)
      rows.push_back(
          {counter, value < 0 ? std::to_string(value) : grouped(static_cast<std::uint64_t>(value))});
    table(html, analysis.inputs[found->input].path, {{"counter"}, {"value", true}}, rows);
    for (const auto& remark : stats_remarks(analysis, *found)) note(html, remark);
  }
  end_section(html);
}

}  // namespace cli::render
