#include "cli/render/triage_html.h"

#include <algorithm>
#include <string_view>

#include "cli/render/facts_text.h"
#include "cli/render/html_parts.h"
#include "cli/render/html_report.h"
#include "cli/render/numbers.h"

namespace cli::render {
namespace {

constexpr std::size_t kMostExamples = 300;
constexpr std::size_t kMostGroups = 2'000;

std::string group_id(std::size_t index) {
  return "group-" + std::to_string(index + 1);
}

std::string place_text(const ReportPlace& place) {
  return place.input + ":" + std::to_string(place.line);
}

std::string_view badge_class(GroupStatus status) {
  return status == GroupStatus::fresh ? "badge alarm" : "badge";
}

std::string counts(const TriageGroup& group) {
  return plural(group.count, "report", "reports") + " in " + plural(group.logs, "log", "logs");
}

std::string deciding(const std::vector<parser::DecidingFunction>& functions) {
  std::string text;
  for (const auto& function : functions)
    text += (text.empty() ? "" : ", ") + function.name + " " + percent(function.share);
  return text;
}

void summary(Html& html, const TriageResult& result) {
  begin_section(html, "summary", "Summary");
  std::vector<Tile> figures{
      {grouped(result.logs), result.logs == 1 ? "log" : "logs", kib(result.bytes)},
      {grouped(result.reports), result.reports == 1 ? "report" : "reports",
       "in " + plural(result.logs_with_reports, "log", "logs")},
      {grouped(result.groups.size()), result.groups.size() == 1 ? "group" : "groups", ""}};
  for (const auto status :
       {GroupStatus::fresh, GroupStatus::known, GroupStatus::expected, GroupStatus::suppressed})
    if (const auto count = result.count(status); count > 0 || status == GroupStatus::fresh)
      figures.push_back({grouped(count), std::string(status_name(status)),
                         status != GroupStatus::fresh ? ""
                         : result.has_baseline        ? "not in the baseline"
                                                      : "no baseline was given"});
  tiles(html, figures);
  if (!result.failed_on.empty())
    html.open("p").leaf("span", "Failed", {{"class", "badge alarm"}}).text(" " + result.failed_on).close();
  note(html, filter_note(result.filtered, result.left_out, result.untimed));
  if (result.groups.empty()) {
    note(html, "No report in this input.");
  } else {
    html.leaf("h3", "Groups, new ones first, then by severity").open("ol", {{"class", "titles"}});
    for (std::size_t i = 0; i < std::min(kMostGroups, result.groups.size()); ++i) {
      const auto& group = result.groups[i];
      html.line_break().open("li").open("span");
      if (i < kMostExamples)
        html.leaf("a", group.title, {{"href", "#" + group_id(i)}});
      else
        html.text(group.title);
      html.close().open("span").leaf("span", status_name(group.status),
                                     {{"class", badge_class(group.status)}});
      html.text(" severity " + std::to_string(group.severity.level) + ", " + std::string(group.severity.name))
          .close();
      html.leaf("span", counts(group), {{"class", "quiet"}}).close();
    }
    html.close();
    if (result.groups.size() > kMostGroups)
      note(html, plural(result.groups.size() - kMostGroups, "more group", "more groups") + ".");
  }
  end_section(html);
}

// Which titles are one group, and why.
void group_titles(Html& html, const TriageResult& result, const TriageGroup& group) {
  if (group.titles.size() < 2) return;
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < group.titles.size(); ++i) {
    const auto& title = group.titles[i];
    std::string why;
    for (const auto& link : group.links) {
      if (std::max(link.a, link.b) != i) continue;
      why = link.shared_title.empty()
                ? "stacks " + fixed(link.similarity, 2) + " alike, by " + deciding(link.deciding)
                : "both are \"" + link.shared_title + "\"";
      why += " (" + group.titles[std::min(link.a, link.b)].label + ")";
    }
    rows.push_back({title.label, grouped(title.count), title.fresh ? "new" : "known", title.signature, why});
  }
  table(html, "Titles of this group; stacks count from " + fixed(result.threshold, 2) + " on",
        {{"title"}, {"reports", true}, {"state"}, {"signature"}, {"why it is here"}}, rows);
}

void group_places(Html& html, const TriageGroup& group) {
  html.open("details").leaf("summary", group.count > group.places.size()
                                           ? "The first " + std::to_string(group.places.size()) + " places"
                                           : plural(group.places.size(), "place", "places"));
  html.open("ol", {{"class", "frames"}});
  for (const auto& place : group.places) {
    html.line_break().open("li").leaf("strong", place_text(place));
    if (place.title != group.title) html.text(" " + place.title);
    html.close();
  }
  html.close().close();
}

void one_group(Html& html, const TriageResult& result, std::size_t index, bool open) {
  const auto& group = result.groups[index];
  html.line_break();
  if (open)
    html.open("details", {{"class", "report"}, {"id", group_id(index)}, {"open", ""}});
  else
    html.open("details", {{"class", "report"}, {"id", group_id(index)}});
  html.open("summary").leaf("h3", group.title).text(" ");
  html.leaf("span", status_name(group.status), {{"class", badge_class(group.status)}});
  if (!group.example.corrupted_reason.empty())
    html.text(" ").leaf("span", "damaged", {{"class", "badge alarm"}});
  html.leaf("span",
            counts(group) + ", severity " + std::to_string(group.severity.level) + ", " +
                std::string(group.severity.name),
            {{"class", "quiet"}})
      .close();
  begin_fields(html);
  field(html, "signature", group.signature);
  for (const auto& reason : group.reasons)
    field(html, std::string(status_name(group.status)) + " by", reason);
  field(html, "severity",
        std::to_string(group.severity.level) + " of " + std::to_string(parser::kHighestSeverity) + ", " +
            std::string(group.severity.name) + ": " + std::string(group.severity.why));
  if (group.first_in > 0) field(html, "comes first", "in " + plural(group.first_in, "log", "logs"));
  if (!group.places.empty()) field(html, "first", place_text(group.places.front()));
  if (group.count > 1) field(html, "last", place_text(group.last));
  std::string kernels;
  for (const auto& kernel : group.kernels)
    if (!kernel.release.empty())
      kernels +=
          (kernels.empty() ? "" : ", ") + kernel.release + (kernel.arch.empty() ? "" : " " + kernel.arch);
  field(html, "kernels", kernels);
  if (const auto place = source_place(result, group))
    field(html, "source", place->file + (place->line == 0 ? "" : ":" + std::to_string(place->line)));
  end_fields(html);
  group_titles(html, result, group);
  group_places(html, group);
  html.leaf("p", "One of them:", {{"class", "note"}});
  report_body(html, group.example, place_text(group.example_place), result.frames, result.places);
  html.close();
}

void groups(Html& html, const TriageResult& result) {
  if (result.groups.empty()) return;
  begin_section(html, "groups", "Groups");
  const auto shown = std::min(kMostExamples, result.groups.size());
  for (std::size_t i = 0; i < shown; ++i) one_group(html, result, i, shown <= 2);
  if (result.groups.size() > shown)
    note(html, plural(result.groups.size() - shown, "more group stands", "more groups stand") +
                   " in the summary only; --format json has all of them.");
  end_section(html);
}

void entries(Html& html, std::string_view caption, const std::vector<ListedEntry>& listed) {
  if (listed.empty()) return;
  std::vector<std::vector<TableCell>> rows;
  for (const auto& entry : listed)
    rows.push_back({entry.title, entry.signature, entry.file + ":" + std::to_string(entry.line),
                    entry.expires, entry.link});
  table(html, caption, {{"title"}, {"signature"}, {"place"}, {"expires"}, {"link"}}, rows);
}

void lists(Html& html, const TriageResult& result) {
  begin_section(html, "lists", "Baseline and suppressions");
  if (!result.has_baseline)
    note(html, "No baseline was given, so all groups count as new.");
  else
    note(html, "Known is what " + result.baseline_file + " lists.");
  entries(html, "Expired entries of the baseline, which count no more", result.expired);
  entries(html, "Entries of the baseline that nothing matched", result.unmatched);
  if (!result.suppressions.empty()) {
    std::vector<std::vector<TableCell>> rows;
    for (const auto& rule : result.suppressions)
      rows.push_back(
          {rule.pattern, grouped(rule.count), rule.reason, rule.file + ":" + std::to_string(rule.line)});
    table(html, "Suppressed", {{"pattern"}, {"reports", true}, {"reason"}, {"place"}}, rows);
  }
  end_section(html);
}

void near_pairs(Html& html, const TriageResult& result) {
  if (result.over.empty() && result.under.empty()) return;
  begin_section(html, "near", "Near the threshold");
  for (const auto& [caption, pairs] : {std::pair{"Just over the threshold of ", &result.over},
                                       std::pair{"Just under the threshold of ", &result.under}}) {
    std::vector<std::vector<TableCell>> rows;
    for (const auto& pair : *pairs)
      rows.push_back({pair.a, pair.b, fixed(pair.similarity, 3), deciding(pair.deciding),
                      pair.one_group ? "one group" : "apart"});
    table(html, caption + fixed(result.threshold, 2),
          {{"title"}, {"and"}, {"alike", true}, {"by"}, {"outcome"}}, rows);
  }
  end_section(html);
}

}  // namespace

std::string triage_html(const TriageResult& result) {
  Contents contents{{"summary", "Summary"}};
  if (!result.groups.empty()) contents.emplace_back("groups", "Groups");
  contents.emplace_back("lists", "Baseline");
  if (!result.over.empty() || !result.under.empty()) contents.emplace_back("near", "Near pairs");
  const auto fresh = result.count(GroupStatus::fresh);
  const auto heading = fresh == 0 ? std::string("Nothing new") : plural(fresh, "new failure", "new failures");
  Html page;
  begin_page(page, heading + " in " + plural(result.logs, "log", "logs"), heading,
             plural(result.reports, "report", "reports") + " in " + plural(result.logs, "log", "logs") +
                 ", " + plural(result.groups.size(), "group", "groups"),
             contents);
  summary(page, result);
  groups(page, result);
  near_pairs(page, result);
  lists(page, result);
  return end_page(page);
}

}  // namespace cli::render
