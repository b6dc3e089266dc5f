// Reports of all families but KASAN and SLUB: opened by a row of a family's table, filled from what all
// kernels print alike (CPU line, program counter, call traces, locks, objects).
#pragma once
#include <memory>
#include <string_view>

#include "parser/openings.h"
#include "parser/report_builder.h"
#include "parser/splat_rule.h"

namespace parser {

// `found` is what find_splat() said of `body`; `first_line` is that of the ruler or cut-here above it, or 0.
std::unique_ptr<ReportBuilder> open_splat(const Line& line, const FoundSplat& found, std::uint64_t first_line,
                                          FrameTable& frames, const ReportBuilder::Events& events);

// For a trace or a cut-here that no family takes: nothing is lost because it is new.
std::unique_ptr<ReportBuilder> open_unrecognised(const Line& line, std::uint64_t first_line,
                                                 FrameTable& frames, const ReportBuilder::Events& events);

// For the lines of a panic that an earlier report led to; it makes no report.
std::unique_ptr<ReportBuilder> open_panic_tail(const Line& line, FrameTable& frames,
                                               const ReportBuilder::Events& events);

// Whether `other` is what a report of the family may say before its call trace: the same fault in other
// words.
bool is_same_fault(Family family, const FoundSplat& other);

// Whether `body` (blanks and tags off) is the first line of any report, or a ruler's or boot's: an open
// report is then over.
bool begins_splat(std::string_view body);
// ... of those that find_splat() does not know: KASAN's, SLUB's, a ruler's, a boot's.
bool begins_untabled(std::string_view body, Openings openings);
inline bool begins_untabled(std::string_view body) {
  return begins_untabled(body, openings_of(body));
}

}  // namespace parser
