// The main command: depot-analyze [OPTIONS] FILE...
#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/terminal.h"

namespace CLI {
class App;
}

namespace cli {

// As typed; run() checks what CLI11 cannot.
struct AnalyzeOptions {
  std::vector<std::string> inputs;
  std::string format = "text";
  std::string output;
  std::string color = "auto";
  std::string progress = "auto";
  std::string kernel;
  std::vector<std::string> what_if;
  std::uint64_t max_input = std::uint64_t{64} << 30;
  bool reports = false;
  bool quiet = false;
};

void setup_analyze(CLI::App& app, AnalyzeOptions& options);

// Results go to `out` (or the file of -o), everything else to `err`.
ExitCode run_analyze(const AnalyzeOptions& options, const render::Screen& screen, std::ostream& out,
                     std::ostream& err);

}  // namespace cli
