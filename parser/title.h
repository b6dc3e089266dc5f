// Names a report: title, guilty function, kind of bug, by the convention that syzbot made the standard. Needs
// the report model only.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/splat_rule.h"

namespace parser {

// Fill title, alt_titles, guilty and type from the other fields. `tell_access`: the title says whether it was
// a read or a write.
void name_kasan(Report& report, const FrameTable& frames, bool tell_access);
void name_slub(Report& report);
// `line` is the report's first line, `captures` the rule's, `named` the functions that the report names
// itself. A report of which no function can be named is "... in corrupted".
void name_splat(Report& report, const FrameTable& frames, const SplatRule& rule, std::string_view line,
                std::span<const std::string_view> captures, std::span<const std::string> named);

// What differs from run to run, replaced by words: addresses (ADDR), numbers (NUM), IP addresses (IP), lines
// ("foo.c:LINE"), offsets of functions, names of test programs.
std::string normalised(std::string_view text);

}  // namespace parser
