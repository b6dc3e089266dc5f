// The depot's part of the text screen: dedup, depths, what each layout costs and where the waste sits.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/render/screen.h"

namespace cli::render {

std::string depot_text(const Analysis& analysis, const Screen& screen);

}  // namespace cli::render
