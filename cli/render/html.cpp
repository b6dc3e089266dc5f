#include "cli/render/html.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "cli/render/facts_text.h"
#include "cli/render/html_depot.h"
#include "cli/render/html_parts.h"
#include "cli/render/html_report.h"
#include "cli/render/numbers.h"

namespace cli::render {
namespace {

constexpr std::size_t kPerTitle = 3;       // reports with all their stacks
constexpr std::size_t kMostReports = 400;  // in all
constexpr std::size_t kMostTitles = 1'000;
constexpr std::size_t kMostInputs = 500;
constexpr std::size_t kMostBoots = 200;

// Which reports stand on the page, and where: the first ones of each title.
struct Chosen {
  std::vector<std::size_t> reports;
  std::unordered_map<std::string_view, std::size_t> of_title;  // the first report's index
};

Chosen choose(const Analysis& analysis) {
  Chosen chosen;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < analysis.reports.size() && chosen.reports.size() < kMostReports; ++i) {
    const std::string_view title = analysis.reports[i].report.title;
    if (seen[title]++ >= kPerTitle) continue;
    chosen.of_title.try_emplace(title, i);
    chosen.reports.push_back(i);
  }
  return chosen;
}

std::string report_id(std::size_t index) {
  return "report-" + std::to_string(index + 1);
}

std::string place_in_words(const Analysis& analysis, std::size_t input, std::uint64_t line) {
  const auto number = "line " + std::to_string(line);
  return analysis.inputs.size() < 2 ? number : analysis.inputs[input].path + ", " + number;
}

std::string about(const Analysis& analysis) {
  std::uint64_t lines = 0;
  for (const auto& input : analysis.inputs) lines += input.lines;
  auto text = plural(lines, "line", "lines");
  const auto boots = analysis.boots.size() + analysis.boots_left_out;
  if (boots == 1) text += ", " + kernel_text(analysis.boots.front());
  if (boots > 1) text += ", " + grouped(boots) + " boots";
  return text;
}

std::string heading(const Analysis& analysis) {
  if (analysis.inputs.size() != 1) return plural(analysis.inputs.size(), "input", "inputs");
  const auto& path = analysis.inputs.front().path;
  return path == "-" ? "Standard input" : path;
}

std::vector<Tile> facts(const Analysis& analysis) {
  std::string families;
  for (const auto& [family, count] : analysis.families)
    families += (families.empty() ? "" : ", ") + grouped(count) + " " + family_label(family);
  if (analysis.corrupted > 0) families += ", " + grouped(analysis.corrupted) + " damaged";
  std::vector<Tile> tiles{
      {grouped(analysis.report_count), analysis.report_count == 1 ? "report" : "reports", families}};
  const auto& depot = analysis.facts;
  if (depot.unique == 0) return tiles;
  tiles.push_back({grouped(depot.saves), "stacks saved", "in the kernel's depot"});
  tiles.push_back(
      {grouped(analysis.unique), "unique stacks", "dedup " + fixed(analysis.dedup_ratio(), 2) + "x"});
  const bool whole = depot.median_depth == std::floor(depot.median_depth);
  tiles.push_back({std::to_string(depot.min_depth) +
                       (depot.max_depth > depot.min_depth ? " to " + std::to_string(depot.max_depth) : ""),
                   "frames deep", "median " + fixed(depot.median_depth, whole ? 0 : 1)});
  const auto shown = shown_config(analysis);
  const auto& accounting = analysis.accountings[shown];
  tiles.push_back({kib(accounting.pool_bytes), "in " + plural(accounting.pools, "pool", "pools"),
                   analysis.configs[shown].name + ", " + percent(waste_share(accounting)) + " wasted"});
  return tiles;
}

void titles(Html& html, const Analysis& analysis, const Chosen& chosen) {
  if (analysis.titles.empty()) return;
  html.leaf("h3", "What happened, in order").open("ol", {{"class", "titles"}});
  for (std::size_t i = 0; i < std::min(kMostTitles, analysis.titles.size()); ++i) {
    const auto& facts = analysis.titles[i];
    const auto known = chosen.of_title.find(facts.first.title);
    html.line_break().open("li").open("span");
    if (known == chosen.of_title.end())
      html.text(facts.first.title);
    else
      html.leaf("a", facts.first.title, {{"href", "#" + report_id(known->second)}});
    if (facts.count > 1) html.text(" ").leaf("span", grouped(facts.count) + " times", {{"class", "badge"}});
    if (facts.corrupted == facts.count) html.text(" ").leaf("span", "damaged", {{"class", "badge alarm"}});
    html.close();
    html.leaf("span", report_detail(facts.first))
        .leaf("span", place_in_words(analysis, facts.input, facts.line), {{"class", "quiet"}});
    html.close();
  }
  html.close();
  auto more = analysis.titles_left_out;
  for (std::size_t i = kMostTitles; i < analysis.titles.size(); ++i) more += analysis.titles[i].count;
  if (more > 0) note(html, plural(more, "more report", "more reports") + " of further titles.");
}

void reports(Html& html, const Analysis& analysis, const Chosen& chosen) {
  if (analysis.reports.empty()) return;
  begin_section(html, "reports", "Reports");
  const bool few = chosen.reports.size() <= 2;
  for (const auto i : chosen.reports) {
    const auto& found = analysis.reports[i];
    report(html, found.report,
           {report_id(i),
            analysis.inputs[found.input].path + ":" + std::to_string(found.report.line) + ".." +
                std::to_string(found.report.end_line),
            few},
           *analysis.frames, analysis.places);
  }
  if (const auto more = analysis.reports.size() - chosen.reports.size(); more > 0)
    note(html, plural(more, "more report", "more reports") + " with titles as above: at most " +
                   std::to_string(kPerTitle) + " of a title and " + std::to_string(kMostReports) +
                   " in all stand here. depot-analyze --reports and --format json have all of them.");
  end_section(html);
}

void inputs(Html& html, const Analysis& analysis) {
  begin_section(html, "inputs", "Inputs");
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < std::min(kMostInputs, analysis.inputs.size()); ++i) {
    const auto& input = analysis.inputs[i];
    rows.push_back({input.path, std::string(parser::input_kind_name(input.kind)), grouped(input.lines),
                    kib(input.bytes)});
  }
  const bool many = rows.size() > 12;
  if (many) html.open("details").leaf("summary", plural(rows.size(), "input", "inputs"));
  table(html, "What was read", {{"input"}, {"kind"}, {"lines", true}, {"size", true}}, rows);
  if (many) html.close();
  if (analysis.inputs.size() > kMostInputs)
    note(html, plural(analysis.inputs.size() - kMostInputs, "more input", "more inputs") + ".");
  if (analysis.boots.size() > 1) {
    rows.clear();
    for (std::size_t i = 0; i < std::min(kMostBoots, analysis.boots.size()); ++i) {
      const auto& boot = analysis.boots[i];
      rows.push_back({kernel_text(boot), place_in_words(analysis, boot.input, boot.line),
                      grouped(boot.reports), grouped(boot.saves), grouped(boot.unique)});
    }
    table(html, "Boots, each with a depot of its own",
          {{"kernel"}, {"place"}, {"reports", true}, {"saved", true}, {"unique", true}}, rows);
    const auto all = analysis.boots.size() + analysis.boots_left_out;
    if (all > kMostBoots) note(html, plural(all - kMostBoots, "more boot", "more boots") + ".");
  }
  end_section(html);
}

}  // namespace

std::string html(const Analysis& analysis, const StackCollection& stacks) {
  const auto chosen = choose(analysis);
  Contents contents{{"summary", "Summary"}};
  if (!analysis.reports.empty()) contents.emplace_back("reports", "Reports");
  contents.emplace_back("depot", "Stack depot");
  if (analysis.facts.unique > 0) contents.emplace_back("stacks", "Stacks");
  if (!analysis.kernel_stats.empty()) contents.emplace_back("counters", "Counters");
  contents.emplace_back("inputs", "Inputs");

  Html page;
  begin_page(page, report_counts(analysis) + " in " + heading(analysis), heading(analysis), about(analysis),
             contents);
  begin_section(page, "summary", "Summary");
  tiles(page, facts(analysis));
  titles(page, analysis, chosen);
  if (analysis.titles.empty()) note(page, "No report in this input.");
  note(page, filter_note(analysis.filtered, analysis.reports_left_out, analysis.reports_untimed));
  end_section(page);
  reports(page, analysis, chosen);
  depot_section(page, analysis);
  stacks_section(page, analysis, stacks);
  counters_section(page, analysis);
  inputs(page, analysis);
  return end_page(page);
}

}  // namespace cli::render
