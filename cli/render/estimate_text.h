// Estimates for people: memory per config, what it would save, how far the cap is, what limits the certainty.
#pragma once
#include <string>

#include "cli/costs.h"
#include "cli/render/screen.h"

namespace cli::render {

std::string estimate_text(const Costs& costs, const Screen& screen);

}  // namespace cli::render
