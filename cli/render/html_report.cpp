#include "cli/render/html_report.h"

#include "cli/render/facts_text.h"
#include "cli/render/frame_text.h"
#include "cli/render/numbers.h"

namespace cli::render {
namespace {

void place(Html& html, const std::string& file, unsigned line) {
  if (!file.empty())
    html.text(" ").leaf("span", file + (line == 0 ? "" : ":" + std::to_string(line)), {{"class", "source"}});
}

void frame(Html& html, const parser::Frame& frame, bool reliable, const symbolize::Answer* answer) {
  const auto* location = answer != nullptr && answer->location ? &*answer->location : nullptr;
  if (location != nullptr)
    for (const auto& inlined : location->inlined) {
      html.open("li", {{"class", "inlined"}}).leaf("strong", inlined.function).text(" [inline]");
      place(html, inlined.file, inlined.line);
      html.close();
    }
  html.open("li");
  if (!reliable) html.leaf("span", "? ", {{"title", "found on the stack, perhaps left over"}});
  if (frame.symbol.empty()) {
    html.text(hex(frame.address));
  } else {
    const auto text = stored_frame_text(frame);
    html.leaf("strong", frame.symbol).leaf("span", text.substr(frame.symbol.size()), {{"class", "place"}});
  }
  if (location != nullptr)
    place(html, location->file, location->line);
  else
    place(html, std::string(frame.file), frame.line);
  if (answer != nullptr && location == nullptr && !answer->reason.empty())
    html.leaf("span", " (" + answer->reason + ")", {{"class", "place"}});
  html.close();
}

std::string_view role_words(parser::Role role) {
  switch (role) {
    case parser::Role::call:
      return "Call trace";
    case parser::Role::alloc:
    case parser::Role::slub_alloc:
      return "Allocated";
    case parser::Role::free:
    case parser::Role::slub_free:
      return "Freed";
    case parser::Role::work:
      return "Last potentially related work creation";
    case parser::Role::work2:
      return "Second to last potentially related work creation";
    case parser::Role::page_alloc:
      return "Page allocated";
    case parser::Role::page_free:
      return "Page freed";
    case parser::Role::kmemleak:
      return "Leaked object allocated";
    case parser::Role::kmsan_origin:
      return "Origin of the uninitialised value";
    case parser::Role::ref_tracker:
      return "Reference taken or given back";
    case parser::Role::drm:
      return "Node inserted";
    case parser::Role::nmi:
      return "Another CPU";
    case parser::Role::task:
      return "Sleeping task";
    case parser::Role::lock:
      return "Lock taken before";
    case parser::Role::local:
      return "Where the variable lives";
    case parser::Role::listed:
      break;
  }
  return parser::role_name(role);
}

}  // namespace

void trace(Html& html, const parser::Trace& trace, const parser::FrameTable& frames, const Places& places) {
  html.line_break().open("details", {{"class", "trace"}, {"open", ""}}).open("summary");
  html.leaf("h4", role_words(trace.role));
  std::string facts;
  if (trace.pid) facts += ", pid " + std::to_string(*trace.pid);
  if (trace.cpu) facts += ", CPU " + std::to_string(*trace.cpu);
  if (!trace.when.empty()) facts += ", " + trace.when;
  facts += ", " + plural(trace.frames.size(), "frame", "frames");
  html.leaf("span", facts, {{"class", "quiet"}});
  if (trace.in_depot) html.text(" ").leaf("span", "in the depot", {{"class", "badge good"}});
  html.close().open("ol", {{"class", "frames"}});
  for (std::size_t i = 0; i < trace.frames.size(); ++i) {
    const auto& ref = trace.frames[i];
    frame(html, frames[ref.frame], ref.reliable, places.find(trace, i, frames));
    html.line_break();
  }
  if (trace.frames_cut > 0) html.leaf("li", "... " + grouped(trace.frames_cut) + " more frames");
  html.close().close();
}

void begin_fields(Html& html) {
  html.open("dl", {{"class", "fields"}});
}

void field(Html& html, std::string_view name, std::string_view value) {
  if (!value.empty()) html.leaf("dt", name).leaf("dd", value);
}

void end_fields(Html& html) {
  html.close();
}

void report_body(Html& html, const parser::Report& report, std::string_view place,
                 const parser::FrameTable& frames, const Places& places) {
  begin_fields(html);
  field(html, "place", place);
  std::string time;
  if (report.time_us) time = fixed(static_cast<double>(*report.time_us) / 1e6, 6) + " s after boot";
  if (report.wall_time) time += (time.empty() ? "" : ", ") + report.wall_time->text();
  field(html, "time", time);
  field(html, "damage", report.corrupted_reason);
  for (const auto& [name, value] : report_fields(report)) field(html, name, value);
  if (!report.source_file.empty())
    field(html, "source",
          report.source_file + (report.source_line == 0 ? "" : ":" + std::to_string(report.source_line)));
  for (const auto& title : report.alt_titles) field(html, "also called", title);
  end_fields(html);
  for (const auto& one : report.traces) trace(html, one, frames, places);
  if (report.traces_left_out > 0)
    html.leaf("p", plural(report.traces_left_out, "more stack", "more stacks"), {{"class", "note"}});
  if (!report.text.empty()) {
    html.open("details").leaf("summary", "As printed").open("pre", {{"class", "printed"}});
    for (std::string_view rest = report.text; !rest.empty();) {
      const auto end = rest.find('\n');
      html.text(rest.substr(0, end)).line_break();
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    html.close().close();
  }
}

void report(Html& html, const parser::Report& report, const ReportOnPage& place,
            const parser::FrameTable& frames, const Places& places) {
  html.line_break();
  if (place.open)
    html.open("details", {{"class", "report"}, {"id", place.id}, {"open", ""}});
  else
    html.open("details", {{"class", "report"}, {"id", place.id}});
  html.open("summary").leaf("h3", report.title);
  if (!report.corrupted_reason.empty()) html.text(" ").leaf("span", "damaged", {{"class", "badge alarm"}});
  html.leaf("span", report_detail(report), {{"class", "quiet"}}).close();
  report_body(html, report, place.place, frames, places);
  html.close();
}

}  // namespace cli::render
