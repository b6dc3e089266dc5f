// depot-analyze symbolize [OPTIONS] [FILE...]: the same log with source lines, streaming.
#pragma once
#include <ostream>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/run.h"
#include "cli/symbols.h"

namespace cli {

struct SymbolizeOptions : RunOptions {
  SymbolizeOptions() { progress = "never"; }  // the log is on its way already

  SymbolOptions symbols;
  std::string style = "append";
};

void setup_symbolize(CLI::App& app, SymbolizeOptions& options);

ExitCode run_symbolize(const SymbolizeOptions& options, const render::Screen& screen, std::ostream& out,
                       std::ostream& err);

}  // namespace cli
