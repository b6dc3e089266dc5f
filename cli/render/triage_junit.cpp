#include "cli/render/triage_junit.h"

#include "cli/render/escape.h"
#include "cli/render/triage_parts.h"

namespace cli::render {
namespace {

constexpr std::size_t kJunitExcerptLines = 60;

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + for_xml(value) + "\"";
}

std::string test_case(const TriageResult& result, const TriageGroup& group) {
  auto text = "    <testcase" +
              attribute("classname", "kernel." + std::string(parser::family_name(group.family))) +
              attribute("name", group.title) + " time=\"0\"";
  if (const auto place = source_place(result, group)) {
    text += attribute("file", place->file);
    if (place->line != 0) text += attribute("line", std::to_string(place->line));
  }
  text += ">\n";
  const auto seen = where_seen(group);
  if (group.status == GroupStatus::fresh) {
    auto body = seen + "\n" + severity_text(group) + "\nsignature " + group.signature + "\n\n" +
                excerpt(group.example, kJunitExcerptLines);
    if (const auto places = places_text(result, group); !places.empty()) body += "\n" + places;
    text +=
        "      <failure" + attribute("message", "new: " + seen) +
        attribute("type", group.type.empty() ? std::string(parser::family_name(group.family)) : group.type) +
        ">" + for_xml(body) + "</failure>\n";
  } else {
    text += "      <skipped" + attribute("message", status_text(group)) + "/>\n";
    text += "      <system-out>" + for_xml(seen + "\nsignature " + group.signature) + "</system-out>\n";
  }
  return text + "    </testcase>\n";
}

std::string counts(std::uint64_t tests, std::uint64_t failures, std::uint64_t skipped) {
  return " tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) +
         "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + "\" time=\"0\"";
}

}  // namespace

std::string triage_junit(const TriageResult& result) {
  const auto failures = result.count(GroupStatus::fresh);
  const auto skipped = result.groups.size() - failures;
  // Many systems take a suite without cases for a run that broke.
  const auto tests = result.groups.empty() ? 1 : result.groups.size();
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                     attribute("name", "depot-analyze") + counts(tests, failures, skipped) +
                     ">\n  <testsuite" + attribute("name", "kernel reports") +
                     counts(tests, failures, skipped) + ">\n";
  if (result.groups.empty())
    text += "    <testcase classname=\"kernel\"" +
            attribute("name",
                      "no report in " + std::to_string(result.logs) + (result.logs == 1 ? " log" : " logs")) +
            " time=\"0\"/>\n";
  for (const auto& group : result.groups) text += test_case(result, group);
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace cli::render
