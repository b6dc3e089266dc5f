// One report with its fields and stacks, for --reports.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/render/screen.h"

namespace cli::render {

std::string report_text(const Analysis& analysis, const FoundReport& found, const Screen& screen);

}  // namespace cli::render
