// Triage as GitHub's workflow commands: an annotation for each group.
#pragma once
#include <string>

#include "cli/triage_result.h"

namespace cli::render {

std::string triage_github(const TriageResult& result);

}  // namespace cli::render
