// depot-analyze stacks [OPTIONS] FILE...: unique stacks with their counts and bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/run.h"

namespace cli {

struct StacksOptions : RunOptions {
  std::string sort = "count";
  std::optional<std::uint64_t> top;  // 0: all
  std::string symbol, module, client;
};

void setup_stacks(CLI::App& app, StacksOptions& options);

ExitCode run_stacks(const StacksOptions& options, const render::Screen& screen, std::ostream& out,
                    std::ostream& err);

}  // namespace cli
