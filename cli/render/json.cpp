#include "cli/render/json.h"

#include <utility>

#include "cli/render/escape.h"
#include "cli/render/frame_text.h"
#include "cli/render/json_parts.h"
#include "parser/title_scheme.h"

namespace cli::render {
namespace {

// Text of the log: any bytes in, UTF-8 out. Absent facts are absent keys.
void put(Json& object, const char* key, std::string_view text) {
  if (!text.empty()) object[key] = valid_utf8(text);
}

template <typename Number>
void put(Json& object, const char* key, const std::optional<Number>& number) {
  if (number) object[key] = *number;
}

void put_hex(Json& object, const char* key, const std::optional<std::uint64_t>& value) {
  if (value) object[key] = hex(*value);
}

Json frame_json(const parser::Frame& frame, bool reliable) {
  Json json = Json::object();
  if (!frame.symbol.empty()) {
    put(json, "symbol", frame.symbol);
    json["offset"] = hex(frame.offset);
    if (frame.size != 0) json["size"] = hex(frame.size);
    put(json, "module", frame.module);
    put(json, "build_id", frame.build_id);
  }
  if (frame.address != 0 || frame.symbol.empty()) json["address"] = hex(frame.address);
  json["reliable"] = reliable;
  put(json, "file", frame.file);
  if (frame.line != 0) json["line"] = frame.line;
  return json;
}

// What the symbolizer found; a log that was symbolized before may say otherwise, the file given now is right.
void put_place(Json& json, const symbolize::Answer& answer) {
  if (answer.location) {
    const auto& location = *answer.location;
    put(json, "function", location.function);
    put(json, "file", location.file);
    if (location.line != 0) json["line"] = location.line;
    if (!location.inlined.empty()) json["inlined"] = Json::array();
    for (const auto& place : location.inlined) {
      Json inlined = Json::object();
      put(inlined, "function", place.function);
      put(inlined, "file", place.file);
      if (place.line != 0) inlined["line"] = place.line;
      json["inlined"].push_back(std::move(inlined));
    }
  }
  put(json, "reason", answer.reason);
}

Json trace_json(const parser::Trace& trace, const Analysis& analysis) {
  const auto& frames = *analysis.frames;
  Json json{{"role", parser::role_name(trace.role)}, {"in_depot", trace.in_depot}, {"line", trace.line}};
  put(json, "pid", trace.pid);
  put(json, "cpu", trace.cpu);
  put(json, "when", trace.when);
  auto& list = json["frames"] = Json::array();
  for (std::size_t i = 0; i < trace.frames.size(); ++i) {
    const auto& ref = trace.frames[i];
    list.push_back(frame_json(frames[ref.frame], ref.reliable));
    if (ref.pc) list.back()["pc"] = true;
    if (const auto* answer = analysis.places.find(trace, i, frames)) put_place(list.back(), *answer);
  }
  if (trace.frames_cut > 0) json["frames_cut"] = trace.frames_cut;
  return json;
}

Json access_json(const parser::Access& access) {
  Json json = Json::object();
  put(json, "kind", parser::access_name(access.kind));
  put_hex(json, "size", access.size);
  put_hex(json, "address", access.address);
  put(json, "task", access.task);
  put(json, "pid", access.pid);
  put(json, "pointer_tag", access.pointer_tag);
  put(json, "memory_tag", access.memory_tag);
  return json;
}

Json region_json(const parser::Region& region) {
  Json json = Json::object();
  put(json, "position", region.position);
  json["distance"] = hex(region.distance);
  put(json, "state", region.state);
  json["size"] = hex(region.size);
  json["start"] = hex(region.start);
  json["end"] = hex(region.end);
  return json;
}

void put_slub(Json& json, const parser::Report& report) {
  if (report.overwrite) {
    const auto& overwrite = *report.overwrite;
    json["overwrite"] = {
        {"start", hex(overwrite.start)},
        {"last", hex(overwrite.last)},
        {"offset", overwrite.offset < 0 ? "-" + hex(static_cast<std::uint64_t>(-overwrite.offset))
                                        : hex(static_cast<std::uint64_t>(overwrite.offset))},
        {"found", hex(overwrite.found)},
        {"expected", hex(overwrite.expected)}};
  }
  if (report.slab) {
    Json slab{{"objects", report.slab->objects}, {"used", report.slab->used}};
    put(slab, "address", report.slab->address.empty() ? "" : "0x" + report.slab->address);
    put(slab, "flags", report.slab->flags);
    json["slab"] = std::move(slab);
  }
  for (const auto& fix : report.fixes) json["fixes"].push_back(valid_utf8(fix));
}

Json report_json(const Analysis& analysis, const FoundReport& found) {
  const auto& report = found.report;
  Json json = Json::object();
  json["input"] = valid_utf8(analysis.inputs[found.input].path);
  json["line"] = report.line;
  json["first_line"] = report.first_line;
  json["end_line"] = report.end_line;
  if (report.time_us) json["time"] = static_cast<double>(*report.time_us) / 1e6;
  if (report.wall_time) json["wall_time"] = report.wall_time->text();
  json["title"] = valid_utf8(report.title);
  json["alt_titles"] = Json::array();
  for (const auto& title : report.alt_titles) json["alt_titles"].push_back(valid_utf8(title));
  json["family"] = parser::family_name(report.family);
  put(json, "type", report.type);
  put(json, "kind", report.kind);
  put(json, "guilty", report.guilty);
  put(json, "location", report.location);
  put(json, "source_file", report.source_file);
  if (report.source_line != 0) json["source_line"] = report.source_line;
  json["corrupted"] = !report.corrupted_reason.empty();
  put(json, "corrupted_reason", report.corrupted_reason);
  json["demux"] = parser::demux_name(report.demux);
  if (report.access) json["access"] = access_json(*report.access);
  if (report.object) {
    Json object = Json::object();
    put(object, "cache", report.object->cache);
    put_hex(object, "size", report.object->size);
    put_hex(object, "address", report.object->address);
    json["object"] = std::move(object);
  }
  if (report.region) json["region"] = region_json(*report.region);
  put(json, "variable", report.variable);
  put(json, "stack_frame", report.stack_frame);
  for (const auto& [extent, name] : report.stack_objects)
    json["stack_objects"].push_back({{"extent", valid_utf8(extent)}, {"name", valid_utf8(name)}});
  put(json, "mapping", report.mapping);
  put_slub(json, report);
  put(json, "kernel", report.kernel);
  put(json, "cpu", report.cpu);
  put(json, "pid", report.pid);
  put(json, "comm", report.comm);
  json["traces"] = Json::array();
  for (const auto& trace : report.traces) json["traces"].push_back(trace_json(trace, analysis));
  if (report.traces_left_out > 0) json["traces_left_out"] = report.traces_left_out;
  return json;
}

Json depot_json(const Analysis& analysis) {
  const auto& facts = analysis.facts;
  Json json{{"saves", facts.saves}, {"unique", analysis.unique}, {"dedup_ratio", analysis.dedup_ratio()}};
  if (facts.unique > 0) {
    Json histogram = Json::object();
    for (std::size_t depth = 0; depth < facts.depths.size(); ++depth)
      if (facts.depths[depth] > 0) histogram[std::to_string(depth)] = facts.depths[depth];
    json["frames"] = {{"min", facts.min_depth},
                      {"median", facts.median_depth},
                      {"mean", facts.mean_depth},
                      {"max", facts.max_depth},
                      {"histogram", std::move(histogram)}};
  }
  json["clients"] = Json::array();
  for (std::size_t i = 0; i < facts.clients.size(); ++i) {
    if (facts.clients[i].saves == 0) continue;
    json["clients"].push_back({{"client", depot::client_name(static_cast<depot::Client>(i))},
                               {"saves", facts.clients[i].saves},
                               {"unique", facts.clients[i].unique}});
  }
  return json;
}

}  // namespace

void json(const Analysis& analysis, std::ostream& out) {
  out << "{\n  \"schema\": \"depot-analyze/analysis/1\",\n  \"title_scheme\": " << parser::kTitleScheme
      << ",\n";
  write_list(out, "inputs", analysis.inputs.size(),
             [&](std::size_t i) { return input_json(analysis.inputs[i]); });
  out << ",\n";
  write_list(out, "boots", analysis.boots.size(), [&](std::size_t i) {
    const auto& boot = analysis.boots[i];
    Json json{{"input", valid_utf8(analysis.inputs[boot.input].path)}};
    if (boot.line != 0) json["line"] = boot.line;
    put(json, "kernel", boot.release);
    put(json, "arch", boot.arch);
    json["reports"] = boot.reports;
    json["saves"] = boot.saves;
    json["unique"] = boot.unique;
    return json;
  });
  out << ",\n";
  write_list(out, "reports", analysis.reports.size(),
             [&](std::size_t i) { return report_json(analysis, analysis.reports[i]); });
  if (analysis.filtered)
    out << ",\n  \"filter\": "
        << dumped({{"left_out", analysis.reports_left_out}, {"untimed", analysis.reports_untimed}});
  out << ",\n  \"depot\": " << dumped(depot_json(analysis)) << ",\n";
  write_list(out, "configs", analysis.configs.size(), [&](std::size_t i) {
    return config_json(analysis.configs[i], analysis.accountings[i], analysis.is_log[i]);
  });
  out << ",\n";
  write_list(out, "kernel_stats", analysis.kernel_stats.size(), [&](std::size_t i) {
    const auto& found = analysis.kernel_stats[i];
    Json counters = Json::object();
    for (const auto& [name, value] : found.stats.counters) counters[valid_utf8(name)] = value;
    return Json{{"input", valid_utf8(analysis.inputs[found.input].path)},
                {"line", found.stats.line},
                {"counters", std::move(counters)}};
  });
  out << "\n}\n";
}

}  // namespace cli::render
