// What the depot costs, as sections of the analysis' page.
#pragma once
#include "cli/analysis.h"
#include "cli/render/html_writer.h"
#include "cli/stack_collection.h"

namespace cli::render {

void depot_section(Html& html, const Analysis& analysis);
void stacks_section(Html& html, const Analysis& analysis, const StackCollection& stacks);
void counters_section(Html& html, const Analysis& analysis);

}  // namespace cli::render
