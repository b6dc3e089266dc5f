#include "cli/diff.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/comparison.h"
#include "cli/redact.h"
#include "cli/render/diff.h"
#include "cli/stack_collection.h"
#include "cli/stack_filter.h"

namespace cli {
namespace {

constexpr std::uint64_t kTopForPeople = 10;

constexpr const char* kDiffFooter = R"(Examples:
  depot-analyze diff yesterday.log today.log           reports that came or went, stacks that grew, memory
  depot-analyze diff before/ after/                    two folders of /sys/kernel/debug files
  depot-analyze diff --key names old.log new.log       two builds: functions count, offsets do not
  depot-analyze diff --fail-on new,memory a b          exit status 1 if a report is new or the depot grew
  depot-analyze diff --format markdown a b             for a pull request or a mail

Each stack has a key that is the same in every run, so that one can be followed over time.

Exit status: 0 done, 1 what --fail-on names was found, 2 an input could not be used.)";

// One side: its analysis and its stacks, which must stay where they are.
struct Side {
  explicit Side(AnalyzerOptions options)
      : stacks(everything, {}), analyzer([&] {
          options.keep_reports = false;
          options.listener = &stacks;
          return std::move(options);
        }()) {}
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  StackFilter everything;
  StackCollection stacks;
  Analyzer analyzer;
};

bool found(const Comparison& comparison, const std::string& what) {
  if (what == "new") return comparison.count_reports(Change::appeared) > 0;
  if (what == "grown")
    return comparison.count_stacks(Change::appeared) + comparison.count_stacks(Change::grown) > 0;
  return std::any_of(comparison.configs.begin(), comparison.configs.end(), [&](const ConfigChange& config) {
    return config.config.name == comparison.config && config.pool_bytes.after > config.pool_bytes.before;
  });
}

}  // namespace

void setup_diff(CLI::App& app, DiffOptions& options) {
  app.description("Compares two inputs: reports, stacks and what the depot takes.");
  app.footer(kDiffFooter);
  setup_run(app, options, {"text", "json", "markdown"});
  app.get_option("FILE")->description(
      "The two to compare, each a log, dump, stack list, or a directory or archive of them; - for standard "
      "input");
  app.add_option("--sort", options.sort, "Which stacks come first: the largest change in saves or in bytes")
      ->check(CLI::IsMember({"count", "bytes"}))
      ->capture_default_str();
  app.add_option("--key", options.key,
                 "What makes two stacks the same: functions and offsets, or functions only (names)")
      ->check(CLI::IsMember({"offsets", "names"}))
      ->capture_default_str();
  app.add_option("--top", options.top, "No more than N stacks; 0 is all (text and markdown: 10, json: all)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000'000}))
      ->type_name("N");
  app.add_option(
         "--fail-on", options.fail_on,
         "Exit status 1 if there is: a report with a new title (new), a stack that is new or was saved "
         "more often (grown), a depot with more pools (memory)")
      ->delimiter(',')
      ->check(CLI::IsMember({"new", "grown", "memory"}))
      ->allow_extra_args(false)
      ->take_all()
      ->type_name("LIST");
}

ExitCode run_diff(const DiffOptions& options, const render::Screen& screen, std::ostream& out,
                  std::ostream& err) {
  Run run(options, err);
  if (options.inputs.size() != 2)
    return run.fail("diff compares two inputs: depot-analyze diff BEFORE AFTER");
  auto analyzer_options = run.check();
  if (!analyzer_options) return run.exit();
  Side before(*analyzer_options);
  Side after(std::move(*analyzer_options));
  run.read(before.analyzer, 0);
  run.read(after.analyzer, 1);
  auto analysis_before = before.analyzer.finish();
  auto analysis_after = after.analyzer.finish();
  // Half a comparison would look as if everything had come or gone.
  if ((analysis_before.inputs.empty() || analysis_after.inputs.empty()) && run.exit() == ExitCode::trouble)
    return run.exit();

  if (options.redact) redact({{analysis_before, before.stacks}, {analysis_after, after.stacks}});
  const auto comparison =
      compare(analysis_before, before.stacks, analysis_after, after.stacks,
              {options.key == "names" ? StackKey::names : StackKey::offsets, options.sort == "bytes"});
  const auto top = options.top.value_or(options.format == "json" ? 0 : kTopForPeople);
  if (options.format == "json")
    render::diff_json(comparison, top, run.result(out));
  else if (options.format == "markdown")
    run.result(out) << render::diff_markdown(comparison, top);
  else
    run.result(out) << render::diff_text(comparison, top, screen);
  const auto exit = run.finish();
  if (exit != ExitCode::done) return exit;
  const bool failed = std::any_of(options.fail_on.begin(), options.fail_on.end(),
                                  [&](const std::string& what) { return found(comparison, what); });
  return failed ? ExitCode::findings : ExitCode::done;
}

}  // namespace cli
