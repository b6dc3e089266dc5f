#include "cli/render/triage_sarif.h"

#include <map>
#include <utility>

#include "cli/render/escape.h"
#include "cli/render/json_parts.h"
#include "cli/render/triage_parts.h"

namespace cli::render {
namespace {

constexpr std::size_t kSarifExcerptLines = 60;

std::string rule_id(const TriageGroup& group) {
  return valid_utf8(group.type.empty() ? std::string(parser::family_name(group.family)) : group.type);
}

const char* level_of(const TriageGroup& group) {
  if (group.status != GroupStatus::fresh) return "note";
  return group.severity.level > 3 ? "error" : "warning";
}

// Absolute paths are URIs of their own; others are relative to where the tool ran, or to the kernel's
// sources.
Json artifact(const std::string& path, const char* base) {
  if (!path.empty() && path.front() == '/') return {{"uri", "file://" + for_uri(path)}};
  return {{"uri", for_uri(path)}, {"uriBaseId", base}};
}

Json source_location(const std::string& file, std::uint64_t line) {
  Json physical{{"artifactLocation", artifact(file, "SRCROOT")}};
  if (line != 0) physical["region"] = {{"startLine", line}};
  return {{"physicalLocation", std::move(physical)}};
}

Json log_location(const ReportPlace& place) {
  return {
      {"physicalLocation",
       {{"artifactLocation", artifact(place.input, "LOGROOT")}, {"region", {{"startLine", place.line}}}}}};
}

Json named(Json location, const std::string& function) {
  location["logicalLocations"] = Json::array({{{"name", valid_utf8(function)}, {"kind", "function"}}});
  return location;
}

// The functions of a stack with their places, innermost first, inlined ones told apart.
std::vector<Json> flow(const TriageResult& result, const parser::Trace& trace, bool& any_place) {
  std::vector<Json> locations;
  for (std::size_t i = 0; i < trace.frames.size(); ++i) {
    if (!trace.frames[i].reliable) continue;
    const auto& frame = result.frames[trace.frames[i].frame];
    const std::string symbol(frame.symbol);
    const auto* answer = result.places.find(trace.frames[i].frame, holds_exact_pc(trace, i, result.frames));
    if (answer != nullptr && answer->location && !answer->location->file.empty()) {
      any_place = true;
      for (const auto& inlined : answer->location->inlined)
        locations.push_back(named(source_location(inlined.file, inlined.line), inlined.function));
      locations.push_back(named(source_location(answer->location->file, answer->location->line), symbol));
    } else if (!frame.file.empty()) {
      any_place = true;
      locations.push_back(named(source_location(std::string(frame.file), frame.line), symbol));
    } else if (!symbol.empty()) {
      locations.push_back(named(Json::object(), symbol));
    }
  }
  return locations;
}

std::string role_text(parser::Role role) {
  switch (role) {
    case parser::Role::call:
      return "where it was noticed";
    case parser::Role::nmi:
      return "what another CPU did";
    case parser::Role::task:
      return "where a task sleeps";
    case parser::Role::alloc:
    case parser::Role::slub_alloc:
    case parser::Role::page_alloc:
      return "where it was allocated";
    case parser::Role::free:
    case parser::Role::slub_free:
    case parser::Role::page_free:
      return "where it was freed";
    default:
      return std::string(parser::role_name(role));
  }
}

void put_stacks(Json& json, const TriageResult& result, const TriageGroup& group) {
  Json stacks = Json::array();
  Json flows = Json::array();
  for (const auto& trace : group.example.traces) {
    bool any_place = false;
    const auto locations = flow(result, trace, any_place);
    if (locations.empty()) continue;
    Json frames = Json::array();
    for (const auto& location : locations) frames.push_back({{"location", location}});
    const Json message{{"text", role_text(trace.role)}};
    stacks.push_back({{"message", message}, {"frames", std::move(frames)}});
    if (!any_place) continue;
    // A flow goes the way the program went: the outermost function first.
    Json steps = Json::array();
    for (auto location = locations.rbegin(); location != locations.rend(); ++location)
      steps.push_back({{"location", *location}});
    flows.push_back(
        {{"message", message}, {"threadFlows", Json::array({{{"locations", std::move(steps)}}})}});
  }
  if (!stacks.empty()) json["stacks"] = std::move(stacks);
  if (!flows.empty()) json["codeFlows"] = std::move(flows);
}

Json result_json(const TriageResult& result, const TriageGroup& group,
                 const std::map<std::string, std::size_t>& rules) {
  const auto seen = where_seen(group);
  Json json{{"ruleId", rule_id(group)},
            {"ruleIndex", rules.at(rule_id(group))},
            {"kind", "fail"},
            {"level", level_of(group)},
            {"message",
             {{"text", valid_utf8(group.title + "\n" + seen + "\n\n" +
                                  excerpt(group.example, kSarifExcerptLines))}}}};
  Json locations = Json::array();
  if (const auto place = source_place(result, group))
    locations.push_back(source_location(place->file, place->line));
  else
    locations.push_back(log_location(group.example_place));
  json["locations"] = std::move(locations);
  Json related = Json::array();
  for (const auto& place : group.places) related.push_back(log_location(place));
  json["relatedLocations"] = std::move(related);
  json["partialFingerprints"] = {{"depotAnalyzeSignature/v1", group.signature}};
  json["occurrenceCount"] = group.count;
  if (result.has_baseline) json["baselineState"] = group.status == GroupStatus::fresh ? "new" : "unchanged";
  if (group.status != GroupStatus::fresh)
    json["suppressions"] = Json::array(
        {{{"kind", "external"}, {"status", "accepted"}, {"justification", valid_utf8(status_text(group))}}});
  put_stacks(json, result, group);
  json["properties"] = {{"title", valid_utf8(group.title)},
                        {"status", status_name(group.status)},
                        {"severity", group.severity.level},
                        {"logs", group.logs}};
  return json;
}

}  // namespace

void triage_sarif(const TriageResult& result, std::ostream& out) {
  std::map<std::string, std::size_t> rules;
  Json rule_list = Json::array();
  for (const auto& group : result.groups) {
    const auto id = rule_id(group);
    if (!rules.try_emplace(id, rule_list.size()).second) continue;
    rule_list.push_back({{"id", id},
                         {"shortDescription", {{"text", std::string(group.severity.name)}}},
                         {"fullDescription", {{"text", severity_text(group)}}}});
  }
  Json driver{{"name", "depot-analyze"}, {"version", DEPOT_ANALYZE_VERSION}, {"rules", std::move(rule_list)}};
  out << "{ \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n"
         "  \"runs\": [ {\n  \"tool\": "
      << dumped(Json{{"driver", std::move(driver)}}) << ",\n  \"originalUriBaseIds\": "
      << dumped(Json{{"SRCROOT", {{"description", {{"text", "the kernel's source tree"}}}}},
                     {"LOGROOT", {{"description", {{"text", "where the logs lie"}}}}}})
      << ",\n  \"columnKind\": \"unicodeCodePoints\",\n";
  write_list(out, "results", result.groups.size(),
             [&](std::size_t i) { return result_json(result, result.groups[i], rules); });
  out << " } ] }\n";
}

}  // namespace cli::render
