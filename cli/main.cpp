// Options, one command, one catch.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

#include "cli/analyze.h"
#include "cli/output_stream.h"
#include "cli/terminal.h"

namespace {

constexpr const char* kExamples = R"(Examples:
  depot-analyze dmesg.txt                        what happened, and what the stacks cost under each kernel
  dmesg | depot-analyze -                        the same, from a pipe
  depot-analyze dmesg.txt /sys/kernel/debug/slab/ /sys/kernel/debug/stackdepot/stats
                                                 a whole machine's stacks beside the kernel's own counters
  depot-analyze --format json console.log.xz     for programs
  depot-analyze --what-if kernel=6.8-rc4,max-frames=32 dmesg.txt

Exit status: 0 done, 2 an input could not be used (the others are still analysed).)";

cli::When when(const std::string& text) {
  return text == "always" ? cli::When::always : text == "never" ? cli::When::never : cli::When::automatic;
}

int run(int argc, char** argv) {
  CLI::App app("Reads what Linux kernels print about memory bugs, and measures their stack depot.",
               "depot-analyze");
  app.set_version_flag("--version", "depot-analyze " DEPOT_ANALYZE_VERSION);
  app.footer(kExamples);
  cli::AnalyzeOptions options;
  cli::setup_analyze(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports usage, --help and --version by throwing; only its success codes are 0.
    return app.exit(error) == 0 ? 0 : static_cast<int>(cli::ExitCode::trouble);
  }
  cli::FdBuffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  const auto code = cli::run_analyze(options, cli::output_screen(when(options.color)), out, std::cerr);
  out.flush();
  if (buffer.error() != 0 && buffer.error() != EPIPE) {
    std::cerr << "depot-analyze: standard output: " << std::strerror(buffer.error()) << "\n";
    return static_cast<int>(cli::ExitCode::trouble);
  }
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (| head) is no error: writes then fail with EPIPE, which is success.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "depot-analyze: " << error.what() << "\n";
    return static_cast<int>(cli::ExitCode::trouble);
  }
}
