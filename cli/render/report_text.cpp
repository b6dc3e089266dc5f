#include "cli/render/report_text.h"

#include <algorithm>
#include <string_view>

#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/frame_text.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

void field(std::string& out, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  out += "  " + std::string(name) + std::string(9 - std::min<std::size_t>(8, name.size()), ' ') +
         for_terminal(value) + "\n";
}

std::string indented_place(const std::string& file, unsigned line) {
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
      out += "    " + for_terminal(inlined.function + indented_place(inlined.file, inlined.line)) +
             styled(options.screen, Style::dim, "  [inline]") + "\n";
    place = indented_place(answer->location->file, answer->location->line);
    if (ref.reliable) excerpt = source_excerpt(*answer->location, options.sources, "\n", options.screen);
  }
  if (answer != nullptr && options.reasons && !answer->reason.empty()) place += "  (" + answer->reason + ")";
  return out + (ref.reliable ? "    " : "  ? ") + for_terminal(frame_text((*analysis.frames)[ref.frame])) +
         styled(options.screen, Style::dim, for_terminal(place)) + "\n" + excerpt;
}

}  // namespace

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
  for (const auto& [name, value] : report_fields(report)) field(out, name, value);
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
