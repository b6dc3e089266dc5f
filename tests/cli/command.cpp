#include "tests/cli/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cli/analyze.h"
#include "cli/diff.h"
#include "cli/estimate.h"
#include "cli/stacks.h"
#include "cli/symbolize.h"
#include "cli/triage.h"

namespace tests {

template <typename Options>
Ran run(void (*setup)(CLI::App&, Options&),
        cli::ExitCode (*command)(const Options&, const cli::render::Screen&, std::ostream&, std::ostream&),
        std::vector<std::string> arguments, const cli::render::Screen& screen) {
  CLI::App app;
  Options options;
  setup(app, options);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes a vector
  app.parse(arguments);
  std::ostringstream out, err;
  const auto exit = command(options, screen, out, err);
  return {exit, out.str(), err.str()};
}

template <typename Options>
using Setup = void (*)(CLI::App&, Options&);
template <typename Options>
using Command = cli::ExitCode (*)(const Options&, const cli::render::Screen&, std::ostream&, std::ostream&);

template Ran run(Setup<cli::AnalyzeOptions>, Command<cli::AnalyzeOptions>, std::vector<std::string>,
                 const cli::render::Screen&);
template Ran run(Setup<cli::DiffOptions>, Command<cli::DiffOptions>, std::vector<std::string>,
                 const cli::render::Screen&);
template Ran run(Setup<cli::EstimateOptions>, Command<cli::EstimateOptions>, std::vector<std::string>,
                 const cli::render::Screen&);
template Ran run(Setup<cli::StacksOptions>, Command<cli::StacksOptions>, std::vector<std::string>,
                 const cli::render::Screen&);
template Ran run(Setup<cli::SymbolizeOptions>, Command<cli::SymbolizeOptions>, std::vector<std::string>,
                 const cli::render::Screen&);
template Ran run(Setup<cli::TriageOptions>, Command<cli::TriageOptions>, std::vector<std::string>,
                 const cli::render::Screen&);

}  // namespace tests
