// What triage found as one self-contained HTML page, as the analysis' (html.h).
#pragma once
#include <string>

#include "cli/triage_result.h"

namespace cli::render {

// Bounded: only so many groups stand there with their example, and the page says how many do not.
std::string triage_html(const TriageResult& result);

}  // namespace cli::render
