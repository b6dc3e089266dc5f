#include "cli/render/triage_github.h"

#include "cli/render/escape.h"
#include "cli/render/triage_parts.h"

namespace cli::render {
namespace {

// GitHub shows the beginning of a long message only.
constexpr std::size_t kGithubExcerptLines = 25;

const char* command_of(GroupStatus status) {
  return status == GroupStatus::fresh ? "error" : status == GroupStatus::known ? "warning" : "notice";
}

std::string annotation(const TriageResult& result, const TriageGroup& group) {
  // Without a place in the source the log is named, which is at least where to look.
  const auto place = source_place(result, group);
  const auto file = place ? place->file : group.example_place.input;
  const auto line = place ? place->line : group.example_place.line;
  auto text = std::string("::") + command_of(group.status) + " file=" + for_github_property(file);
  if (line != 0) text += ",line=" + std::to_string(line);
  const auto why = group.status == GroupStatus::fresh ? "new" : status_text(group);
  text += ",title=" + for_github_property(group.title) +
          "::" + for_github_message(why + "; " + where_seen(group));
  if (group.status == GroupStatus::fresh)
    text += for_github_message("\n" + severity_text(group) + "\n\n" +
                               excerpt(group.example, kGithubExcerptLines));
  return text + "\n";
}

}  // namespace

std::string triage_github(const TriageResult& result) {
  std::string text;
  for (const auto& group : result.groups) text += annotation(result, group);
  for (const auto& entry : result.expired)
    text += "::warning file=" + for_github_property(entry.file) + ",line=" + std::to_string(entry.line) +
            ",title=expired " + entry.expires + "::" + for_github_message(entry.title) + "\n";
  for (const auto& entry : result.unmatched)
    text += "::notice file=" + for_github_property(entry.file) + ",line=" + std::to_string(entry.line) +
            ",title=matched nothing::" + for_github_message(entry.title) + "\n";
  return text;
}

}  // namespace cli::render
