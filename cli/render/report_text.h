// One report with its fields and stacks, for --reports.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/render/text.h"

namespace cli::render {

// "   173  KASAN: slab-out-of-bounds Write in t_oob_inline   1 byte right of ...", with its newline.
std::string report_line(const FoundReport& found, const Screen& screen);

std::string report_text(const Analysis& analysis, const FoundReport& found, const TextOptions& options);

}  // namespace cli::render
