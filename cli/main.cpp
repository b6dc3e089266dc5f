// One command, its options, one catch.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string_view>

#include "cli/analyze.h"
#include "cli/diff.h"
#include "cli/estimate.h"
#include "cli/output_stream.h"
#include "cli/stacks.h"
#include "cli/symbolize.h"
#include "cli/terminal.h"
#include "cli/triage.h"

namespace {

cli::When when(const std::string& text) {
  return text == "always" ? cli::When::always : text == "never" ? cli::When::never : cli::When::automatic;
}

template <typename Options>
using Command = cli::ExitCode (*)(const Options&, const cli::render::Screen&, std::ostream&, std::ostream&);

template <typename Options>
int run(const char* name, void (*setup)(CLI::App&, Options&), Command<Options> command, int argc,
        char** argv) {
  CLI::App app("", name);
  app.set_version_flag("--version", "depot-analyze " DEPOT_ANALYZE_VERSION);
  Options options;
  setup(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports usage, --help and --version by throwing; only its success codes are 0.
    return app.exit(error) == 0 ? 0 : static_cast<int>(cli::ExitCode::trouble);
  }
  cli::FdBuffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  const auto code = command(options, cli::output_screen(when(options.color)), out, std::cerr);
  out.flush();
  if (buffer.error() != 0 && buffer.error() != EPIPE) {
    std::cerr << "depot-analyze: standard output: " << std::strerror(buffer.error()) << "\n";
    return static_cast<int>(cli::ExitCode::trouble);
  }
  return static_cast<int>(code);
}

// A command is the first word and nothing else: everywhere but there a name is a file's.
int dispatch(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "diff") return run("depot-analyze diff", cli::setup_diff, cli::run_diff, argc - 1, argv + 1);
  if (name == "estimate")
    return run("depot-analyze estimate", cli::setup_estimate, cli::run_estimate, argc - 1, argv + 1);
  if (name == "stacks")
    return run("depot-analyze stacks", cli::setup_stacks, cli::run_stacks, argc - 1, argv + 1);
  if (name == "symbolize")
    return run("depot-analyze symbolize", cli::setup_symbolize, cli::run_symbolize, argc - 1, argv + 1);
  if (name == "triage")
    return run("depot-analyze triage", cli::setup_triage, cli::run_triage, argc - 1, argv + 1);
  return run("depot-analyze", cli::setup_analyze, cli::run_analyze, argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (| head) is no error: writes then fail with EPIPE, which is success.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "depot-analyze: " << error.what() << "\n";
    return static_cast<int>(cli::ExitCode::trouble);
  }
}
