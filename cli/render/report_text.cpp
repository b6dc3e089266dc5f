#include "cli/render/report_text.h"

#include <algorithm>
#include <string_view>

#include "cli/render/escape.h"
#include "cli/render/frame_text.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

std::string bytes_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

void field(std::string& out, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  out += "  " + std::string(name) + std::string(9 - std::min<std::size_t>(8, name.size()), ' ') +
         for_terminal(value) + "\n";
}

std::string access_text(const parser::Access& access) {
  std::string text{parser::access_name(access.kind)};
  if (access.size) text += " of " + bytes_text(*access.size);
  if (access.address) text += " at " + hex(*access.address);
  if (!access.task.empty())
    text += " by " + access.task + (access.pid ? "/" + std::to_string(*access.pid) : "");
  if (!access.pointer_tag.empty())
    text += ", pointer tag " + access.pointer_tag + ", memory tag " + access.memory_tag;
  return text;
}

std::string object_text(const parser::Report& report) {
  if (!report.object) return {};
  std::string text = report.object->cache;
  if (report.object->size) text += ", " + std::to_string(*report.object->size) + " bytes";
  if (report.object->address) text += " at " + hex(*report.object->address);
  return text;
}

std::string where_text(const parser::Report& report) {
  std::string text;
  if (report.cpu) text += "CPU " + std::to_string(*report.cpu);
  if (!report.comm.empty()) text += (text.empty() ? "" : ", ") + report.comm;
  if (report.pid) text += "/" + std::to_string(*report.pid);
  if (!report.kernel.empty()) text += (text.empty() ? "" : ", ") + std::string("kernel ") + report.kernel;
  return text;
}

std::string place_text(const std::string& file, unsigned line) {
  return file.empty() ? std::string() : "  " + file + ":" + std::to_string(line);
}

// The frame, where it is in the source, and above it what was inlined there, innermost first.
std::string frame_lines(const Analysis& analysis, const parser::Trace& trace, std::size_t index,
                        const TextOptions& options) {
  const auto& ref = trace.frames[index];
  const auto* answer = analysis.places.find(trace, index, *analysis.frames);
  std::string out;
  std::string place;
  std::string excerpt;
  if (answer != nullptr && answer->location) {
    for (const auto& inlined : answer->location->inlined)
      out += "    " + for_terminal(inlined.function + place_text(inlined.file, inlined.line)) +
             styled(options.screen, Style::dim, "  [inline]") + "\n";
    place = place_text(answer->location->file, answer->location->line);
    if (ref.reliable) excerpt = source_excerpt(*answer->location, options.sources, "\n", options.screen);
  }
  if (answer != nullptr && options.reasons && !answer->reason.empty()) place += "  (" + answer->reason + ")";
  return out + (ref.reliable ? "    " : "  ? ") + for_terminal(frame_text((*analysis.frames)[ref.frame])) +
         styled(options.screen, Style::dim, for_terminal(place)) + "\n" + excerpt;
}

}  // namespace

std::string report_detail(const parser::Report& report) {
  if (report.region && report.region->size != 0) {
    const auto& region = *report.region;
    std::string text = bytes_text(region.distance);
    text += region.position == "inside" ? " inside " : " " + region.position + " of ";
    text += region.state == "allocated" ? "an " : "a ";
    if (!region.state.empty()) text += region.state + " ";
    text += std::to_string(region.size) + "-byte region";
    if (report.object && !report.object->cache.empty()) text += " in " + report.object->cache;
    return text;
  }
  if (report.overwrite) {
    const auto& overwrite = *report.overwrite;
    return bytes_text(overwrite.last - overwrite.start + 1) + " at slab offset " +
           std::to_string(overwrite.offset) + ": " + hex(overwrite.found) + " instead of " +
           hex(overwrite.expected);
  }
  if (!report.variable.empty()) return "variable " + report.variable;
  if (!report.stack_objects.empty()) return "stack object '" + report.stack_objects.front().second + "'";
  if (!report.mapping.empty()) return report.mapping;
  if (report.object && !report.object->cache.empty() && report.family == parser::Family::kasan)
    return "object in " + report.object->cache;
  return {};
}

std::string report_line(const FoundReport& found, const Screen& screen) {
  constexpr std::size_t kLineColumns = 7;
  const auto& report = found.report;
  auto where = std::to_string(report.line);
  where.insert(0, kLineColumns - std::min(kLineColumns, where.size()), ' ');
  auto text = where + "  " + for_terminal(report.title);
  if (const auto detail = report_detail(report); !detail.empty()) text += "   " + for_terminal(detail);
  if (!report.corrupted_reason.empty()) text += "  [damaged]";
  return cut(text, screen.width) + "\n";
}

std::string report_text(const Analysis& analysis, const FoundReport& found, const TextOptions& options) {
  const auto& screen = options.screen;
  const auto& report = found.report;
  std::string out = "\n" + styled(screen, Style::bold, for_terminal(report.title)) + "\n";
  field(out, "place",
        analysis.inputs[found.input].path + ":" + std::to_string(report.line) + ".." +
            std::to_string(report.end_line));
  if (!report.corrupted_reason.empty())
    out += "  " + styled(screen, Style::yellow, "damaged  " + for_terminal(report.corrupted_reason)) + "\n";
  if (report.access) field(out, "access", access_text(*report.access));
  field(out, "object", object_text(report));
  field(out, "where", report_detail(report));
  field(out, "by", where_text(report));
  for (const auto& fix : report.fixes) field(out, "fix", fix);
  for (const auto& trace : report.traces) {
    out += "  " + std::string(parser::role_name(trace.role)) + (trace.in_depot ? " (in the depot)" : "");
    if (trace.pid) out += ", pid " + std::to_string(*trace.pid);
    if (!trace.when.empty()) out += ", " + for_terminal(trace.when);
    out += "\n";
    for (std::size_t i = 0; i < trace.frames.size(); ++i) out += frame_lines(analysis, trace, i, options);
    if (trace.frames_cut > 0) out += "    ... " + grouped(trace.frames_cut) + " more frames\n";
  }
  if (report.traces_left_out > 0) out += "  ... " + grouped(report.traces_left_out) + " more stacks\n";
  return out;
}

}  // namespace cli::render
