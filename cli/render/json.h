// The analysis for programs: schema "depot-analyze/analysis/1", shipped as analysis-1.schema.json. Keys are
// only added.
#pragma once
#include <ostream>

#include "cli/analysis.h"

namespace cli::render {

// Written report by report, so that the document's size does not count in memory. Always valid UTF-8.
void json(const Analysis& analysis, std::ostream& out);

}  // namespace cli::render
