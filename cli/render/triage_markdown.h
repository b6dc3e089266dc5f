// Triage as Markdown, for a job's summary or a mail: a table of the groups, then what is new with its
// excerpt.
#pragma once
#include <string>

#include "cli/triage_result.h"

namespace cli::render {

std::string triage_markdown(const TriageResult& result);

}  // namespace cli::render
