// What the commands that read logs share: their options, checked once; the inputs read through an Analyzer;
// trouble said on standard error as it comes; the result written to where the user wants it.
#pragma once
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/analysis.h"
#include "cli/exit_code.h"
#include "cli/progress.h"

namespace CLI {
class App;
}
namespace spdlog {
class logger;
}

namespace cli {

// As typed; Run::check() checks what CLI11 cannot. Each command's options are these and its own.
struct RunOptions {
  std::vector<std::string> inputs;
  std::string format = "text";
  std::string output;
  std::string color = "auto";
  std::string progress = "auto";
  std::string kernel;
  std::vector<std::string> what_if;
  std::uint64_t max_input = std::uint64_t{64} << 30;
  bool redact = false;
  bool quiet = false;
  bool verbose = false;
};

// FILE and what each command says of its inputs and result; setup_run adds what belongs to an analysis.
void setup_files(CLI::App& app, RunOptions& options, const char* what_files_are);
void setup_run(CLI::App& app, RunOptions& options, const std::vector<std::string>& formats);

// One execution of a command. It must outlive the Analyzer that it made the options for.
class Run {
 public:
  Run(const RunOptions& options, std::ostream& err);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // The user's words as options for an Analyzer, or nothing if they are wrong, which has then been said.
  // Without a name of an input, standard input is read, unless none is needed.
  std::optional<AnalyzerOptions> check(bool needs_input = true);
  // After check(): what is to be read.
  [[nodiscard]] const std::vector<std::string>& inputs() const { return inputs_; }
  // Reads all inputs, or one of them.
  void read(Analyzer& analyzer);
  void read(Analyzer& analyzer, std::size_t input);

  // So many bytes more have been read.
  void progress(std::size_t bytes) { progress_->add(bytes); }
  void done_reading() { progress_->clear(); }

  // Says what is wrong, in words that may hold bytes of the input or command line, and remembers it.
  ExitCode fail(const std::string& text);
  // Says it, unless the user wants quiet; the exit code stays as it is.
  void warn(const std::string& text);
  [[nodiscard]] ExitCode exit() const { return exit_; }

  // Where the result goes: `out`, or the file of -o, which the first call opens.
  std::ostream& result(std::ostream& out);
  // Ends the result; whether it could be written is in the exit code.
  ExitCode finish();

 private:
  const RunOptions& options_;
  std::ostream& err_;
  std::shared_ptr<spdlog::logger> log_;
  std::vector<std::string> inputs_;
  std::optional<Progress> progress_;
  std::ofstream file_;
  int open_error_ = 0;
  ExitCode exit_ = ExitCode::done;
};

}  // namespace cli
