// Triage for people: a line for each group, what is new first.
#pragma once
#include <string>

#include "cli/render/screen.h"
#include "cli/triage_result.h"

namespace cli::render {

struct TriageTextOptions {
  Screen screen;
  bool explain = false;
};

std::string triage_text(const TriageResult& result, const TriageTextOptions& options);

}  // namespace cli::render
