#include "cli/run.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <variant>

#include "cli/render/escape.h"
#include "cli/terminal.h"
#include "depot/era.h"

namespace cli {
namespace {

// Why the result must not go to `output`, said before hours of reading: it would replace an input, or there
// is no such place. Empty if it may.
std::string output_error(const std::string& output, const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  if (output.empty()) return {};
  std::error_code error;
  const auto parent = fs::path(output).parent_path();
  if (!parent.empty() && !fs::is_directory(parent, error)) return "no such directory";
  if (!fs::is_regular_file(output, error)) return {};
  const auto place = fs::canonical(output, error);
  for (const auto& input : inputs) {
    if (fs::is_regular_file(input, error) && fs::equivalent(input, output, error))
      return "would overwrite an input";
    if (!fs::is_directory(input, error)) continue;
    const auto below = place.lexically_relative(fs::canonical(input, error));
    if (!below.empty() && *below.begin() != "..")
      return "would overwrite an input, " + below.string() + " in " + input;
  }
  return {};
}

std::shared_ptr<spdlog::logger> make_log(std::ostream& err, const RunOptions& options) {
  auto log = std::make_shared<spdlog::logger>("depot-analyze",
                                              std::make_shared<spdlog::sinks::ostream_sink_st>(err, true));
  log->set_pattern("%n: %v");
  log->set_level(options.quiet     ? spdlog::level::err
                 : options.verbose ? spdlog::level::debug
                                   : spdlog::level::info);
  return log;
}

// An error ends the run before it starts.
std::variant<AnalyzerOptions, std::string> read_options(const RunOptions& options) {
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
  return result;
}

}  // namespace

namespace {
const std::vector<std::string> kWhen{"auto", "always", "never"};
}  // namespace

void setup_files(CLI::App& app, RunOptions& options, const char* what_files_are) {
  app.add_option("FILE", options.inputs, what_files_are);
  app.add_option("-o,--output", options.output, "Write the result to this file instead of standard output")
      ->type_name("FILE");
  app.add_option("--max-input", options.max_input, "Bytes that one packed input may unpack to")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  app.add_option("--color", options.color, "Colours in text")
      ->check(CLI::IsMember(kWhen))
      ->capture_default_str();
  app.add_flag("-q,--quiet", options.quiet, "No warnings, errors only");
}

void setup_run(CLI::App& app, RunOptions& options, const std::vector<std::string>& formats) {
  setup_files(app, options,
              "Kernel logs, dumps of stacks, stack lists; directories and .gz .xz .zst .bz2 .tar of them; "
              "- for standard input");
  app.add_option("--format", options.format, "How to print the result")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
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
  app.add_flag(
      "--redact", options.redact,
      "Hide what may be private in the result: names of inputs, hosts, users, paths below home directories, "
      "e-mail, IP and MAC addresses, UUIDs, serial numbers, pointers");
  app.add_option("--progress", options.progress, "Progress on standard error")
      ->check(CLI::IsMember(kWhen))
      ->capture_default_str();
  app.add_flag("-v,--verbose", options.verbose, "What each input turned out to be, on standard error");
}

Run::Run(const RunOptions& options, std::ostream& err)
    : options_(options), err_(err), log_(make_log(err, options)), inputs_(options.inputs) {}

ExitCode Run::fail(const std::string& text) {
  if (progress_) progress_->clear();
  log_->error("{}", render::for_terminal(text));
  return exit_ = ExitCode::trouble;
}

void Run::warn(const std::string& text) {
  if (progress_) progress_->clear();
  log_->warn("{}", render::for_terminal(text));
}

std::optional<AnalyzerOptions> Run::check(bool needs_input) {
  if (inputs_.empty() && needs_input) {
    if (stdin_is_terminal()) {
      fail(
          "no input; name a kernel log, e.g. depot-analyze dmesg.txt, or pipe one in: dmesg | depot-analyze "
          "-");
      return std::nullopt;
    }
    inputs_.emplace_back("-");
  }
  if (auto error = output_error(options_.output, inputs_); !error.empty()) {
    fail("-o " + options_.output + ": " + error);
    return std::nullopt;
  }
  auto read = read_options(options_);
  if (const auto* error = std::get_if<std::string>(&read)) {
    fail(*error);
    return std::nullopt;
  }
  const bool show = options_.progress == "always" ||
                    (options_.progress == "auto" && stderr_is_terminal() && !options_.quiet);
  progress_.emplace(show, show ? total_bytes(inputs_) : 0, err_);

  auto& result = std::get<AnalyzerOptions>(read);
  result.failed = [this](const InputError& error) {
    fail(error.path + ": " + error.message + (error.hint.empty() ? "" : " (" + error.hint + ")"));
  };
  result.warn = [this](const std::string& text) { warn(text); };
  result.input_read = [this](const InputFacts& input) {
    progress_->clear();
    log_->debug("{}: {}, {} lines, {} bytes", render::for_terminal(input.path),
                parser::input_kind_name(input.kind), input.lines, input.bytes);
  };
  return std::move(result);
}

void Run::read(Analyzer& analyzer) {
  for (const auto& input : inputs_)
    analyzer.add(input, options_.max_input, [this](std::size_t bytes) { progress_->add(bytes); });
  progress_->clear();
}

void Run::read(Analyzer& analyzer, std::size_t input) {
  analyzer.add(inputs_[input], options_.max_input, [this](std::size_t bytes) { progress_->add(bytes); });
  progress_->clear();
}

std::ostream& Run::result(std::ostream& out) {
  if (options_.output.empty()) return out;
  if (!file_.is_open() && open_error_ == 0) {
    file_.open(options_.output, std::ios::binary | std::ios::trunc);
    if (!file_) open_error_ = errno;
  }
  return file_;
}

ExitCode Run::finish() {
  if (options_.output.empty()) return exit_;
  if (!file_.flush())
    return fail(options_.output + ": " + std::strerror(open_error_ != 0 ? open_error_ : errno));
  return exit_;
}

}  // namespace cli
