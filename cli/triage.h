// depot-analyze triage [OPTIONS] FILE...
#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/render/screen.h"
#include "cli/report_filter.h"
#include "cli/run.h"
#include "cli/symbols.h"
#include "parser/grouping/grouping.h"

namespace cli {

struct TriageOptions : RunOptions {
  std::string baseline;
  bool update_baseline = false;
  std::string as_of;
  std::vector<std::string> suppress;
  std::string fail_on = "new";
  double threshold = parser::kDefaultThreshold;
  bool explain = false;
  unsigned jobs = 0;  // 0: as many as the machine has processors
  std::string arch, config;
  ReportFilterOptions filter;
  SymbolOptions symbols;
};

void setup_triage(CLI::App& app, TriageOptions& options);

// Results go to `out` (or the file of -o), everything else to `err`.
ExitCode run_triage(const TriageOptions& options, const render::Screen& screen, std::ostream& out,
                    std::ostream& err);

}  // namespace cli
