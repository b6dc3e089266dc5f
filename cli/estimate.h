// depot-analyze estimate [OPTIONS] [FILE...]: memory per kernel and config.
#pragma once
#include <ostream>

#include "cli/costs.h"
#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/run.h"

namespace cli {

struct EstimateOptions : RunOptions {
  KnownNumbers known;
};

void setup_estimate(CLI::App& app, EstimateOptions& options);

ExitCode run_estimate(const EstimateOptions& options, const render::Screen& screen, std::ostream& out,
                      std::ostream& err);

}  // namespace cli
