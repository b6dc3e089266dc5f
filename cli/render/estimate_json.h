// Estimates for programs: schema "depot-analyze/estimate/1", estimate-1.schema.json. Keys are only added.
#pragma once
#include <ostream>

#include "cli/costs.h"

namespace cli::render {

void estimate_json(const Costs& costs, std::ostream& out);

}  // namespace cli::render
