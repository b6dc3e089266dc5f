// SLUB debug reports: the old "INFO:" form, the form of v5.14+, and that of v6.12+ whose detail stands above
// the ruler and which raises a WARNING of its own.
#pragma once
#include <memory>
#include <string_view>

#include "parser/report_builder.h"
#include "parser/rules.h"

namespace parser {

// The lines above a SLUB title that belong to it.
struct SlubLead {
  std::uint64_t first_line = 0;  // 0: none
  std::optional<Overwrite> overwrite;
  std::string what;  // "Right Redzone overwritten"
};
// Keeps `lead` up to date with a line outside any report. Cheap on lines that are none of SLUB's.
void read_slub_lead(const Line& line, std::string_view body, SlubLead& lead);

// A builder if `body` is the title line of a SLUB report.
std::unique_ptr<ReportBuilder> open_slub(const Line& line, std::string_view body, const SlubLead& lead,
                                         FrameTable& frames, const ReportBuilder::Events& events);

const RuleTable& slub_rules();

}  // namespace parser
