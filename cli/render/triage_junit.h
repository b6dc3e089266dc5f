// Triage as JUnit XML: a case for each group. New ones fail; known, expected and suppressed ones are skipped,
// with the reason.
#pragma once
#include <string>

#include "cli/triage_result.h"

namespace cli::render {

std::string triage_junit(const TriageResult& result);

}  // namespace cli::render
