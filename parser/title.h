// Names a report: title, guilty function, kind of bug. Needs the report model only.
#pragma once
#include <string>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/model.h"

namespace parser {

// Fills title, alt_titles, guilty and type from the other fields.
void name_report(Report& report, const FrameTable& frames);

// "store_via_inline.constprop.0" -> "store_via_inline": what compilers append to a function they split or
// copied.
std::string_view without_compiler_suffix(std::string_view symbol);

// Functions that are where a bug shows, never where it is: sanitizers, memory and string primitives, locks,
// lists.
bool is_skipped_function(std::string_view symbol);

// Grows when the naming of titles changes, so that baselines can tell.
inline constexpr int kTitleScheme = 1;

}  // namespace parser
