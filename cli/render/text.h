// The analysis for people: the answer on the first screen.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/render/screen.h"
#include "cli/render/source_excerpt.h"

namespace cli::render {

struct TextOptions {
  Screen screen;
  bool reports = false;  // each report with its fields and stacks, after the summary
  bool reasons = false;  // in these, why a frame has no line
  Sources sources = {};  // and lines of source around each place
};

std::string text(const Analysis& analysis, const TextOptions& options);

}  // namespace cli::render
