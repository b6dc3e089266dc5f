// Triage for programs: schema "depot-analyze/triage/1", shipped as triage-1.schema.json. Keys are only added.
#pragma once
#include <ostream>

#include "cli/triage_result.h"

namespace cli::render {

void triage_json(const TriageResult& result, std::ostream& out);

}  // namespace cli::render
