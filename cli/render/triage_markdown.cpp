#include "cli/render/triage_markdown.h"

#include <algorithm>

#include "cli/render/escape.h"
#include "cli/render/numbers.h"
#include "cli/render/triage_parts.h"

namespace cli::render {
namespace {

// A job's summary may take 1 MiB, and nobody reads so much.
constexpr std::size_t kRows = 200;
constexpr std::size_t kExcerpts = 20;
constexpr std::size_t kMarkdownExcerptLines = 40;

std::string summary_line(const TriageResult& result) {
  auto text = "**" + grouped(result.count(GroupStatus::fresh)) + " new**, " +
              grouped(result.count(GroupStatus::known)) + " known, " +
              grouped(result.count(GroupStatus::expected)) + " expected, " +
              grouped(result.count(GroupStatus::suppressed)) + " suppressed; " + grouped(result.reports) +
              (result.reports == 1 ? " report" : " reports") + " in " + grouped(result.logs) +
              (result.logs == 1 ? " log" : " logs");
  return text + "\n";
}

std::string place(const ReportPlace& at) {
  return markdown_code(at.input + ":" + std::to_string(at.line));
}

std::string table(const TriageResult& result) {
  std::string text =
      "\n| status | severity | reports | logs | title | first |\n|---|---:|---:|---:|---|---|\n";
  const auto rows = std::min(kRows, result.groups.size());
  for (std::size_t i = 0; i < rows; ++i) {
    const auto& group = result.groups[i];
    const std::string status(status_name(group.status));
    text += "| " + (group.status == GroupStatus::fresh ? "**" + status + "**" : status) + " | " +
            std::to_string(group.severity.level) + " | " + grouped(group.count) + " | " +
            grouped(group.logs) + " | " + markdown_code(group.title) + " | " + place(group.places.front()) +
            " |\n";
  }
  if (rows < result.groups.size()) text += "\n" + grouped(result.groups.size() - rows) + " more groups.\n";
  return text;
}

std::string details(const TriageResult& result, const TriageGroup& group) {
  auto text = "\n### " + markdown_code(group.title) + "\n\nSeverity " + std::to_string(group.severity.level) +
              ", " + severity_text(group) + ". Signature `" + group.signature + "`.\n" +
              markdown_code(where_seen(group)) + "\n\n" +
              markdown_block(excerpt(group.example, kMarkdownExcerptLines));
  if (const auto places = places_text(result, group); !places.empty()) text += "\n" + markdown_block(places);
  return text;
}

std::string entries(const char* what, const std::vector<ListedEntry>& list) {
  if (list.empty()) return {};
  auto text = std::string("\n") + what + "\n\n";
  for (const auto& entry : list)
    text += "- " + markdown_code(entry.file + ":" + std::to_string(entry.line) + " " + entry.title) +
            (entry.expires.empty() ? "" : " expires " + entry.expires) + "\n";
  return text;
}

}  // namespace

std::string triage_markdown(const TriageResult& result) {
  auto text = summary_line(result);
  if (!result.groups.empty()) text += table(result);
  // In each log what comes first is the cause, and what follows often its effect.
  std::vector<const TriageGroup*> fresh;
  for (const auto& group : result.groups)
    if (group.status == GroupStatus::fresh) fresh.push_back(&group);
  std::stable_sort(fresh.begin(), fresh.end(), [](const TriageGroup* a, const TriageGroup* b) {
    return (a->first_in > 0) > (b->first_in > 0);
  });
  for (std::size_t i = 0; i < std::min(kExcerpts, fresh.size()); ++i) text += details(result, *fresh[i]);
  if (fresh.size() > kExcerpts)
    text += "\n" + grouped(fresh.size() - kExcerpts) + " more new groups are in the table only.\n";
  for (const auto& rule : result.suppressions)
    if (rule.count > 0)
      text += "\nSuppressed " + grouped(rule.count) + (rule.count == 1 ? " report: " : " reports: ") +
              markdown_code(rule.reason) + "\n";
  return text + entries("Expired entries of the baseline, which count no more:", result.expired) +
         entries("Entries of the baseline that nothing matched:", result.unmatched);
}

}  // namespace cli::render
