#include "cli/analyze.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <variant>

#include "cli/analysis.h"
#include "cli/configs.h"
#include "cli/progress.h"
#include "cli/render/escape.h"
#include "cli/render/json.h"
#include "cli/render/text.h"
#include "depot/era.h"

namespace cli {
namespace {

std::shared_ptr<spdlog::logger> make_log(std::ostream& err, bool quiet) {
  auto log = std::make_shared<spdlog::logger>("depot-analyze",
                                              std::make_shared<spdlog::sinks::ostream_sink_st>(err, true));
  log->set_pattern("%n: %v");
  log->set_level(quiet ? spdlog::level::err : spdlog::level::info);
  return log;
}

// The user's words about kernels, checked once. An error ends the run before it starts.
std::variant<AnalyzerOptions, std::string> checked(const AnalyzeOptions& options) {
  AnalyzerOptions result;
  if (!options.kernel.empty()) {
    result.kernel = depot::parse_kernel_version(options.kernel);
    if (!result.kernel)
      return "--kernel " + options.kernel + ": expected a kernel version, e.g. 6.8-rc4 or 5.15.0-91-generic";
    if (depot::find_era(*result.kernel) == nullptr)
      return "--kernel " + options.kernel + ": the stack depot came with v4.6";
  }
  for (const auto& text : options.what_if) {
    auto read = read_what_if(text);
    if (const auto* error = std::get_if<std::string>(&read)) return "--what-if " + *error;
    result.what_if.push_back(std::get<WhatIf>(std::move(read)));
  }
  result.keep_reports = options.format == "json" || options.reports;
  return result;
}

void write(const AnalyzeOptions& options, const Analysis& analysis, const render::Screen& screen,
           std::ostream& out) {
  if (options.format == "json")
    render::json(analysis, out);
  else
    out << render::text(analysis, {screen, options.reports});
}

}  // namespace

void setup_analyze(CLI::App& app, AnalyzeOptions& options) {
  app.add_option("FILE", options.inputs,
                 "Kernel logs, dumps of stacks, stack lists; directories and .gz .xz .zst .bz2 .tar of them; "
                 "- for standard input");
  app.add_option("--format", options.format, "How to print the result")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("-o,--output", options.output, "Write the result to this file instead of standard output")
      ->type_name("FILE");
  app.add_flag("--reports", options.reports, "Each report with its fields and stacks, after the summary");
  app.add_option("--kernel", options.kernel,
                 "The kernel that wrote the input, where it does not say so or says it wrong")
      ->type_name("VERSION");
  app.add_option("--what-if", options.what_if,
                 "A further config to measure: KEY=VALUE,... of kernel, page-size, word, max-frames, evict, "
                 "grace, hash-order, kmsan, "
                 "max-pools; may be given again")
      ->type_name("KEY=VALUE,...")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--max-input", options.max_input, "Bytes that one packed input may unpack to")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  const std::vector<std::string> when{"auto", "always", "never"};
  app.add_option("--color", options.color, "Colours in text")
      ->check(CLI::IsMember(when))
      ->capture_default_str();
  app.add_option("--progress", options.progress, "Progress on standard error")
      ->check(CLI::IsMember(when))
      ->capture_default_str();
  app.add_flag("-q,--quiet", options.quiet, "No warnings, errors only");
}

ExitCode run_analyze(const AnalyzeOptions& options, const render::Screen& screen, std::ostream& out,
                     std::ostream& err) {
  const auto log = make_log(err, options.quiet);
  auto inputs = options.inputs;
  if (inputs.empty()) {
    if (stdin_is_terminal()) {
      log->error(
          "no input; name a kernel log, e.g. depot-analyze dmesg.txt, or pipe one in: dmesg | depot-analyze "
          "-");
      return ExitCode::trouble;
    }
    inputs.emplace_back("-");
  }
  auto analyzer_options = checked(options);
  if (const auto* error = std::get_if<std::string>(&analyzer_options)) {
    log->error("{}", render::for_terminal(*error));
    return ExitCode::trouble;
  }

  auto exit = ExitCode::done;
  const bool show_progress =
      options.progress == "always" || (options.progress == "auto" && stderr_is_terminal() && !options.quiet);
  Progress progress(show_progress, show_progress ? total_bytes(inputs) : 0, err);
  auto& checked_options = std::get<AnalyzerOptions>(analyzer_options);
  checked_options.failed = [&](const InputError& error) {
    progress.clear();
    exit = ExitCode::trouble;
    const auto hint = error.hint.empty() ? "" : " (" + error.hint + ")";
    log->error("{}", render::for_terminal(error.path + ": " + error.message + hint));
  };
  checked_options.warn = [&](const std::string& text) {
    progress.clear();
    log->warn("{}", render::for_terminal(text));
  };

  Analyzer analyzer(std::move(checked_options));
  for (const auto& input : inputs)
    analyzer.add(input, options.max_input, [&](std::size_t bytes) { progress.add(bytes); });
  progress.clear();
  const auto analysis = analyzer.finish();
  // With nothing that could be read there is nothing to say but why.
  if (analysis.inputs.empty() && exit == ExitCode::trouble && options.format == "text") return exit;

  if (options.output.empty()) {
    write(options, analysis, screen, out);
    return exit;
  }
  std::ofstream file(options.output, std::ios::binary | std::ios::trunc);
  if (file) write(options, analysis, screen, file);
  if (!file.flush()) {
    log->error("{}", render::for_terminal(options.output + ": " + std::strerror(errno)));
    return ExitCode::trouble;
  }
  return exit;
}

}  // namespace cli
