// One report with its fields and stacks, for --reports.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/render/text.h"

namespace cli::render {

// "0 bytes right of an allocated 57-byte region in kmalloc-64", "1 byte at slab offset 112: 0xab instead of
// 0xcc": the fact that tells two reports of a kind apart. Empty if there is none. Not escaped.
std::string report_detail(const parser::Report& report);

// "   173  KASAN: slab-out-of-bounds Write in t_oob_inline   1 byte right of ...", with its newline.
std::string report_line(const FoundReport& found, const Screen& screen);

std::string report_text(const Analysis& analysis, const FoundReport& found, const TextOptions& options);

}  // namespace cli::render
