// depot-analyze diff [OPTIONS] A B: what changed from one input to another.
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/run.h"

namespace cli {

struct DiffOptions : RunOptions {
  std::string sort = "count";
  std::string key = "offsets";
  std::optional<std::uint64_t> top;  // 0: all
  std::vector<std::string> fail_on;
};

void setup_diff(CLI::App& app, DiffOptions& options);

ExitCode run_diff(const DiffOptions& options, const render::Screen& screen, std::ostream& out,
                  std::ostream& err);

}  // namespace cli
