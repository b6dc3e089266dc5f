#include "cli/analyze.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/follow.h"
#include "cli/redact.h"
#include "cli/render/html.h"
#include "cli/render/json.h"
#include "cli/render/text.h"
#include "cli/stack_collection.h"
#include "cli/stack_filter.h"

namespace cli {
namespace {

constexpr const char* kAnalyzeFooter =
    R"(Commands (depot-analyze COMMAND --help tells more; a file of that name is ./COMMAND):
  estimate                                       memory per kernel and config, from stacks, counters or numbers
  symbolize                                      the same log with source lines, also while it is being written
  triage                                         many logs: groups, what is new, formats for CI, exit status
  diff                                           what changed between two inputs: reports, stacks, memory
  stacks                                         unique stacks: counts, bytes, flame graphs, stack lists

Examples:
  depot-analyze dmesg.txt                        what happened, and what the stacks cost under each kernel
  dmesg | depot-analyze -                        the same, from a pipe
  dmesg -w | depot-analyze -                     each report when it comes, the rest at Ctrl-C
  depot-analyze dmesg.txt /sys/kernel/debug/slab/ /sys/kernel/debug/stackdepot/stats
                                                 a whole machine's stacks beside the kernel's own counters
  depot-analyze --format json console.log.xz     for programs
  depot-analyze --format html -o report.html dmesg.txt
                                                 a page to look at and hand on: one file, no script, no request
  depot-analyze --vmlinux vmlinux --modules /lib/modules/6.12.3 dmesg.txt
                                                 each report with its lines of source
  depot-analyze --what-if kernel=6.8-rc4,max-frames=32 dmesg.txt

Exit status: 0 done, 2 an input could not be used (the others are still analysed).)";

// Without places the analysis is still worth printing; the exit status says that something is missing.
void symbolize(Analysis& analysis, const parser::KernelImages& images, const SymbolOptions& options,
               Run& run) {
  TracesOfKernel kernel{{}, images, {}};
  for (const auto& found : analysis.reports)
    for (const auto& trace : found.report.traces) kernel.traces.push_back(&trace);
  auto symbolized = symbolize_traces({kernel}, *analysis.frames, options);
  if (const auto* error = std::get_if<std::string>(&symbolized)) {
    run.fail(*error);
    return;
  }
  auto& result = std::get<Symbolized>(symbolized);
  for (const auto& notice : result.notices) run.warn(notice);
  analysis.places = std::move(result.places);
}

}  // namespace

void setup_analyze(CLI::App& app, AnalyzeOptions& options) {
  app.description("Reads what Linux kernels print about memory bugs, and measures their stack depot.");
  app.footer(kAnalyzeFooter);
  setup_run(app, options, {"text", "json", "html"});
  setup_report_filter(app, options.filter);
  app.add_flag("--reports", options.reports, "Each report with its fields and stacks, after the summary");
  setup_symbols(app, options.symbols);
  app.get_option("--vmlinux")
      ->description(
          "The kernel with debug information: frames gain file, line and inlined functions (implies "
          "--reports)");
  app.get_option("--verbose")
      ->description(
          "What each input turned out to be, on standard error; in reports, why a frame has no line");
}

ExitCode run_analyze(const AnalyzeOptions& options, const render::Screen& screen, std::ostream& out,
                     std::ostream& err) {
  Run run(options, err);
  ReportFilter filter;
  if (const auto error = filter.set(options.filter)) return run.fail(*error);
  auto analyzer_options = run.check();
  if (!analyzer_options) return run.exit();
  const bool reports = options.reports || options.symbols.wanted();
  analyzer_options->keep_reports = options.format != "text" || reports;
  Follower follower(screen, out);
  // What is hidden must be known as a whole before anything is printed.
  if (options.format == "text" && options.output.empty() && !options.redact) {
    analyzer_options->report_complete = [&](const FoundReport& found) { follower.report(found); };
    analyzer_options->waiting = [&] { follower.waiting(); };
  }
  std::optional<StopSignals> stop_signals;
  if (may_be_followed(options.inputs)) {
    stop_signals.emplace();
    analyzer_options->stopped = [&out] { return StopSignals::stopped() || !out; };
  }
  parser::KernelImages images;
  if (options.symbols.wanted()) analyzer_options->images = &images;
  analyzer_options->filter = &filter;
  StackFilter everything;
  StackCollection stacks(everything, {});
  if (options.format == "html") analyzer_options->listener = &stacks;
  Analyzer analyzer(std::move(*analyzer_options));
  run.read(analyzer);
  stop_signals.reset();
  auto analysis = analyzer.finish();
  if (follower.followed() && analysis.report_count > 0) out << "\n";
  // With nothing that could be read there is nothing to say but why.
  if (analysis.inputs.empty() && run.exit() == ExitCode::trouble && options.format == "text")
    return run.exit();
  if (options.symbols.wanted()) symbolize(analysis, images, options.symbols, run);
  auto sources = open_sources(options.symbols);
  if (const auto* error = std::get_if<std::string>(&sources)) return run.fail(*error);
  if (options.redact) redact({{analysis, stacks}});
  if (options.format == "json")
    render::json(analysis, run.result(out));
  else if (options.format == "html")
    run.result(out) << render::html(analysis, stacks);
  else
    run.result(out) << render::text(
        analysis, {screen, reports, options.verbose, std::get<render::Sources>(std::move(sources))});
  return run.finish();
}

}  // namespace cli
