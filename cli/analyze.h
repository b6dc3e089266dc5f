// The main command: depot-analyze [OPTIONS] FILE...
#pragma once
#include <ostream>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/report_filter.h"
#include "cli/run.h"
#include "cli/symbols.h"

namespace cli {

struct AnalyzeOptions : RunOptions {
  bool reports = false;
  SymbolOptions symbols;
  ReportFilterOptions filter;
};

void setup_analyze(CLI::App& app, AnalyzeOptions& options);

// Results go to `out` (or the file of -o), everything else to `err`.
ExitCode run_analyze(const AnalyzeOptions& options, const render::Screen& screen, std::ostream& out,
                     std::ostream& err);

}  // namespace cli
