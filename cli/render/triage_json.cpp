#include "cli/render/triage_json.h"

#include <cmath>

#include "cli/render/escape.h"
#include "cli/render/json_parts.h"
#include "parser/title_scheme.h"

namespace cli::render {
namespace {

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json strings(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(valid_utf8(text));
  return list;
}

Json place_json(const ReportPlace& place) {
  return {{"input", valid_utf8(place.input)}, {"line", place.line}, {"title", valid_utf8(place.title)}};
}

Json deciding_json(const std::vector<parser::DecidingFunction>& deciding) {
  Json list = Json::array();
  for (const auto& function : deciding)
    list.push_back({{"function", valid_utf8(function.name)},
                    {"share", rounded(function.share)},
                    {"titles", function.seen}});
  return list;
}

Json title_json(const GroupTitle& title) {
  return {{"signature", title.signature},
          {"title", valid_utf8(title.label)},
          {"count", title.count},
          {"new", title.fresh}};
}

Json link_json(const TriageGroup& group, const parser::Comparison& link) {
  Json json{{"a", valid_utf8(group.titles[link.a].label)}, {"b", valid_utf8(group.titles[link.b].label)}};
  if (!link.shared_title.empty()) {
    json["shared_title"] = valid_utf8(link.shared_title);
  } else {
    json["similarity"] = rounded(link.similarity);
    json["deciding"] = deciding_json(link.deciding);
  }
  return json;
}

Json group_json(const TriageResult& result, const TriageGroup& group) {
  Json json{{"signature", group.signature},
            {"title", valid_utf8(group.title)},
            {"alt_titles", strings(group.alt_titles)},
            {"family", parser::family_name(group.family)},
            {"type", valid_utf8(group.type)},
            {"severity", group.severity.level},
            {"severity_name", group.severity.name},
            {"severity_reason", group.severity.why},
            {"status", status_name(group.status)},
            {"reasons", strings(group.reasons)},
            {"count", group.count},
            {"logs", group.logs},
            {"first_in", group.first_in}};
  if (const auto place = source_place(result, group)) {
    json["file"] = valid_utf8(place->file);
    if (place->line != 0) json["line"] = place->line;
  }
  json["titles"] = Json::array();
  for (const auto& title : group.titles) json["titles"].push_back(title_json(title));
  if (!group.links.empty()) {
    auto& links = json["links"] = Json::array();
    for (const auto& link : group.links) links.push_back(link_json(group, link));
  }
  auto& kernels = json["kernels"] = Json::array();
  for (const auto& kernel : group.kernels) {
    Json facts = Json::object();
    if (!kernel.release.empty()) facts["release"] = valid_utf8(kernel.release);
    if (!kernel.arch.empty()) facts["arch"] = valid_utf8(kernel.arch);
    kernels.push_back(std::move(facts));
  }
  auto& reports = json["reports"] = Json::array();
  for (const auto& place : group.places) reports.push_back(place_json(place));
  json["last"] = place_json(group.last);
  json["example"] = place_json(group.example_place);
  json["excerpt"] = valid_utf8(group.example.text);
  return json;
}

Json entry_json(const ListedEntry& entry) {
  Json json{{"file", valid_utf8(entry.file)},
            {"line", entry.line},
            {"signature", valid_utf8(entry.signature)},
            {"title", valid_utf8(entry.title)}};
  if (!entry.expires.empty()) json["expires"] = entry.expires;
  if (!entry.link.empty()) json["link"] = valid_utf8(entry.link);
  return json;
}

Json pair_json(const NearPair& pair) {
  return {{"a", valid_utf8(pair.a)},
          {"b", valid_utf8(pair.b)},
          {"similarity", rounded(pair.similarity)},
          {"one_group", pair.one_group},
          {"deciding", deciding_json(pair.deciding)}};
}

}  // namespace

void triage_json(const TriageResult& result, std::ostream& out) {
  out << "{ \"schema\": \"depot-analyze/triage/1\",\n  \"title_scheme\": " << parser::kTitleScheme
      << ",\n  \"totals\": "
      << dumped(Json{{"logs", result.logs},
                     {"logs_with_reports", result.logs_with_reports},
                     {"bytes", result.bytes},
                     {"lines", result.lines},
                     {"reports", result.reports},
                     {"new", result.count(GroupStatus::fresh)},
                     {"known", result.count(GroupStatus::known)},
                     {"expected", result.count(GroupStatus::expected)},
                     {"suppressed", result.count(GroupStatus::suppressed)}})
      << ",\n  \"threshold\": " << dumped(Json(rounded(result.threshold)))
      << ",\n  \"failed_on\": " << dumped(Json(result.failed_on)) << ",\n";
  write_list(out, "groups", result.groups.size(),
             [&](std::size_t i) { return group_json(result, result.groups[i]); });
  if (result.filtered)
    out << ",\n  \"filter\": " << dumped(Json{{"left_out", result.left_out}, {"untimed", result.untimed}});
  if (result.has_baseline) {
    Json unmatched = Json::array();
    Json expired = Json::array();
    for (const auto& entry : result.unmatched) unmatched.push_back(entry_json(entry));
    for (const auto& entry : result.expired) expired.push_back(entry_json(entry));
    out << ",\n  \"baseline\": "
        << dumped(Json{{"file", valid_utf8(result.baseline_file)},
                       {"unmatched", std::move(unmatched)},
                       {"expired", std::move(expired)}});
  }
  out << ",\n";
  write_list(out, "suppressions", result.suppressions.size(), [&](std::size_t i) {
    const auto& rule = result.suppressions[i];
    return Json{{"file", valid_utf8(rule.file)},
                {"line", rule.line},
                {"pattern", valid_utf8(rule.pattern)},
                {"reason", valid_utf8(rule.reason)},
                {"count", rule.count}};
  });
  if (!result.over.empty() || !result.under.empty()) {
    out << ",\n";
    write_list(out, "over", result.over.size(), [&](std::size_t i) { return pair_json(result.over[i]); });
    out << ",\n";
    write_list(out, "under", result.under.size(), [&](std::size_t i) { return pair_json(result.under[i]); });
  }
  out << " }\n";
}

}  // namespace cli::render
