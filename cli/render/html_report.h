// Reports and traces on a page: for the analysis and for groups of reports.
#pragma once
#include <string>
#include <string_view>

#include "cli/render/html_writer.h"
#include "cli/symbols.h"
#include "parser/frame_table.h"
#include "parser/model.h"

namespace cli::render {

// A trace with its frames, each with its place in the source where that is known; folds.
void trace(Html& html, const parser::Trace& trace, const parser::FrameTable& frames, const Places& places);

// Name and value, one below the other on a narrow screen.
void begin_fields(Html& html);
void field(Html& html, std::string_view name, std::string_view value);
void end_fields(Html& html);

// A report that folds: its title, below it what it says and its traces. `place` is where it was found.
struct ReportOnPage {
  std::string id;     // of the element
  std::string place;  // "dmesg.txt:12..95"
  bool open = false;  // at first
};
// What stands within: fields, traces and the text, if it was kept.
void report_body(Html& html, const parser::Report& report, std::string_view place,
                 const parser::FrameTable& frames, const Places& places);
void report(Html& html, const parser::Report& report, const ReportOnPage& place,
            const parser::FrameTable& frames, const Places& places);

}  // namespace cli::render
