// The analysis as one self-contained HTML page: no request, no script, readable as it is.
#pragma once
#include <string>

#include "cli/analysis.h"
#include "cli/stack_collection.h"

namespace cli::render {

// `stacks` has heard of all that the analysis did. Bounded: of reports with one title, and of reports at all,
// only so many stand there with their stacks, and the page says how many do not.
std::string html(const Analysis& analysis, const StackCollection& stacks);

}  // namespace cli::render
