// Triage as SARIF 2.1.0: a result for each group, with its stack, and as a code flow where the source is
// known.
#pragma once
#include <ostream>

#include "cli/triage_result.h"

namespace cli::render {

void triage_sarif(const TriageResult& result, std::ostream& out);

}  // namespace cli::render
