#include "cli/estimate.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <utility>
#include <variant>

#include "cli/redact.h"
#include "cli/render/estimate_json.h"
#include "cli/render/estimate_text.h"

namespace cli {
namespace {

constexpr const char* kEstimateFooter = R"(Examples:
  depot-analyze estimate /sys/kernel/debug/stackdepot/stats          from the kernel's counters
  depot-analyze estimate stats alloc_traces.tar.xz                   their number counted, their depths measured
  depot-analyze estimate --records 23232 --mean-frames 13            from numbers
  depot-analyze estimate --what-if max-frames=16 --what-if page-size=64K stats
  depot-analyze estimate --saves 1000000 dmesg.txt                   of so many saves, with the dedup of this log

The kernel whose counters these are is told by --kernel, by a log among the files, or by the counters' names.

Exit status: 0 done, 2 an input could not be used or there is nothing to estimate from.)";

}  // namespace

void setup_estimate(CLI::App& app, EstimateOptions& options) {
  app.description("Estimates the memory of the stack depot per kernel and config, with bounds.");
  app.footer(kEstimateFooter);
  setup_run(app, options, {"text", "json"});
  auto& known = options.known;
  // Signs would wrap around; no kernel comes near this.
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  const auto number = CLI::Range(std::uint64_t{1}, kMost);
  app.add_option("--records", known.records, "Unique stacks in the depot")->check(number)->type_name("N");
  app.add_option("--mean-frames", known.mean_frames, "Their frames, on average")->type_name("X");
  app.add_option("--evictable", known.evictable, "Of the records, those of clients that evict (KASAN)")
      ->check(CLI::Range(std::uint64_t{0}, kMost))
      ->type_name("N");
  app.add_option("--saves", known.saves, "Stacks saved, of which the input is a sample")
      ->check(number)
      ->type_name("N");
}

ExitCode run_estimate(const EstimateOptions& options, const render::Screen& screen, std::ostream& out,
                      std::ostream& err) {
  Run run(options, err);
  auto analyzer_options = run.check(!options.known.records);
  if (!analyzer_options) return run.exit();
  analyzer_options->keep_reports = false;
  const auto kernel = analyzer_options->kernel;
  Analyzer analyzer(std::move(*analyzer_options));
  run.read(analyzer);
  auto analysis = analyzer.finish();
  // With nothing that could be read there is nothing to say but why.
  if (analysis.inputs.empty() && !options.known.records && run.exit() == ExitCode::trouble) return run.exit();
  if (options.redact) redact(analysis);
  const auto costs = costs_of(analysis, options.known, kernel);
  if (const auto* error = std::get_if<std::string>(&costs)) return run.fail(*error);
  if (options.format == "json")
    render::estimate_json(std::get<Costs>(costs), run.result(out));
  else
    run.result(out) << render::estimate_text(std::get<Costs>(costs), screen);
  return run.finish();
}

}  // namespace cli
