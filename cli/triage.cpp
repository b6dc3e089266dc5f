#include "cli/triage.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "cli/baseline.h"
#include "cli/fail_on.h"
#include "cli/input.h"
#include "cli/redact.h"
#include "cli/render/triage_github.h"
#include "cli/render/triage_html.h"
#include "cli/render/triage_json.h"
#include "cli/render/triage_junit.h"
#include "cli/render/triage_markdown.h"
#include "cli/render/triage_sarif.h"
#include "cli/render/triage_text.h"
#include "cli/suppressions.h"
#include "cli/triage_groups.h"
#include "cli/triage_reader.h"

namespace cli {
namespace {

constexpr unsigned kMaxJobs = 256;

constexpr const char* kTriageFooter = R"(Examples:
  depot-analyze triage logs/                                  what broke, a line for each bug
  depot-analyze triage --baseline known.txt --update-baseline logs/
                                                              from now on these are known
  depot-analyze triage --baseline known.txt logs/             exit status 1 if something is new
  depot-analyze triage --baseline known.txt --format junit -o report.xml logs/
  depot-analyze triage --format html -o triage.html logs/     a page to look at and hand on
  depot-analyze triage --fail-on 'severity>=8,family=lockdep' console.log.xz
  depot-analyze triage --explain logs/                        which stacks were nearly, or just, alike enough

A line of the baseline: SIGNATURE [arch=GLOB] [kernel=GLOB] [config=GLOB] [expires=2026-12-31] [link=URL] | TITLE
A line of --suppress:   title|guilty|line PATTERN -- REASON

Exit status: 0 nothing to fail on, 1 there is, 2 an input could not be used (the others are still read).)";

std::string today() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// What a file holds, or nothing, and then why is in `error`.
std::optional<std::string> read_file(const std::string& file, int& error) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    error = EISDIR;
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in && !in.bad()) return text;
  error = errno != 0 ? errno : EIO;
  return std::nullopt;
}

// Whether two paths lead to one file, which need not be there yet.
bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto left = std::filesystem::weakly_canonical(a, error);
  return !error && left == std::filesystem::weakly_canonical(b, error) && !error;
}

// The files that say what is known, or nothing; what is wrong has then been said.
struct Lists {
  std::optional<Baseline> baseline;
  Suppressions suppressions;
  FailOn fail_on;
};

std::optional<Lists> read_lists(const TriageOptions& options, Run& run) {
  Lists lists;
  bool good = true;
  const auto wrong = [&](const std::string& text) {
    run.fail(text);
    good = false;
  };
  auto fail_on = read_fail_on(options.fail_on);
  if (const auto* error = std::get_if<std::string>(&fail_on))
    wrong("--fail-on " + *error);
  else
    lists.fail_on = std::get<FailOn>(std::move(fail_on));
  if (options.update_baseline && options.baseline.empty()) wrong("--update-baseline needs --baseline FILE");
  if (!options.as_of.empty() && !is_date(options.as_of))
    wrong("--as-of " + options.as_of + ": expected a day, as 2026-12-31");

  auto lists_named = options.suppress;
  if (!options.baseline.empty()) lists_named.push_back(options.baseline);
  for (const auto& file : lists_named)
    if (!options.output.empty() && same_file(options.output, file))
      wrong("-o " + options.output + ": would overwrite " +
            (file == options.baseline ? "the baseline" : "the suppressions"));

  std::vector<std::string> errors;
  int why = 0;
  if (!options.baseline.empty()) {
    auto text = read_file(options.baseline, why);
    if (!text && options.update_baseline && why == ENOENT) text.emplace();
    if (text)
      lists.baseline = Baseline::read(options.baseline, *text, errors);
    else
      wrong("--baseline " + options.baseline + ": " + std::strerror(why) +
            (why == ENOENT ? " (--update-baseline creates it)" : ""));
  }
  for (const auto& file : options.suppress) {
    const auto text = read_file(file, why);
    if (!text) {
      wrong("--suppress " + file + ": " + std::strerror(why));
      continue;
    }
    auto more = lists.suppressions.read(file, *text);
    std::move(more.begin(), more.end(), std::back_inserter(errors));
  }
  for (const auto& error : errors) wrong(error);
  return good ? std::optional<Lists>(std::move(lists)) : std::nullopt;
}

void symbolize(TriageResult& result, const SymbolOptions& options, Run& run) {
  std::map<std::string, TracesOfKernel> kernels;
  for (const auto& group : result.groups) {
    auto& kernel = kernels[group.example_kernel];
    kernel.release = group.example.kernel;
    kernel.images.feed(group.example.text);
    kernel.images.end_input();
    for (const auto& trace : group.example.traces) kernel.traces.push_back(&trace);
  }
  std::vector<TracesOfKernel> all;
  for (auto& [name, kernel] : kernels) all.push_back(std::move(kernel));
  auto symbolized = symbolize_traces(all, result.frames, options);
  if (const auto* error = std::get_if<std::string>(&symbolized)) {
    run.fail(*error);
    return;
  }
  auto& found = std::get<Symbolized>(symbolized);
  for (const auto& notice : found.notices) run.warn(notice);
  result.places = std::move(found.places);
}

TriageResult read(const TriageOptions& options, const Lists& lists, const ReportFilter& filter, Run& run) {
  ReaderOptions how;
  how.workers = options.jobs != 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  how.max_unpacked = options.max_input;
  how.kernel = {options.kernel, options.arch};
  how.filter = &filter;
  how.failed = [&run](const InputError& error) {
    run.fail(error.path + ": " + error.message + (error.hint.empty() ? "" : " (" + error.hint + ")"));
  };
  how.progress = [&run](std::size_t bytes) { run.progress(bytes); };
  const auto inputs = list_inputs(run.inputs(), how.failed);
  const auto collectors = read_logs(inputs, lists.suppressions, how);
  run.done_reading();
  if (const auto left_out = collectors.front()->facts().left_out; left_out > 0)
    run.fail(std::to_string(left_out) + " reports were left out: more different titles than can be kept");
  auto result = make_groups(*collectors.front(), lists.suppressions, {options.threshold, options.explain});
  result.filtered = filter.any();
  return result;
}

void write(const TriageResult& result, const TriageOptions& options, const render::Screen& screen,
           std::ostream& out) {
  if (options.format == "json")
    render::triage_json(result, out);
  else if (options.format == "junit")
    out << render::triage_junit(result);
  else if (options.format == "sarif")
    render::triage_sarif(result, out);
  else if (options.format == "github")
    out << render::triage_github(result);
  else if (options.format == "markdown")
    out << render::triage_markdown(result);
  else if (options.format == "html")
    out << render::triage_html(result);
  else
    out << render::triage_text(result, {screen, options.explain});
}

}  // namespace

void setup_triage(CLI::App& app, TriageOptions& options) {
  app.description("Groups the reports of many logs, and says which are new.");
  app.footer(kTriageFooter);
  setup_run(app, options, {"text", "json", "junit", "sarif", "github", "markdown", "html"});
  setup_report_filter(app, options.filter);
  app.remove_option(app.get_option("--what-if"));
  app.add_option("--baseline", options.baseline, "The failures that are known; the others are new")
      ->type_name("FILE");
  app.add_flag("--update-baseline", options.update_baseline,
               "Add what is new to the baseline; its comments and other entries stay");
  app.add_option("--as-of", options.as_of, "The day by which entries of the baseline expire (default: today)")
      ->type_name("YYYY-MM-DD");
  app.add_option("--suppress", options.suppress,
                 "Patterns of reports that are no findings, with a reason each; may be given again")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option(
         "--fail-on", options.fail_on,
         "What makes the exit status 1: new, any (new or known), severity>=N or family=NAME (a new one), "
         "never; joined by commas")
      ->capture_default_str();
  app.add_option("--threshold", options.threshold,
                 "Stacks at least so alike are of one bug: 0 (any) to 1 (the same)")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--explain", options.explain, "The pairs of titles just over and just under the threshold");
  app.add_option("-j,--jobs", options.jobs, "Logs to read side by side (default: one per processor)")
      ->check(CLI::Range(1u, kMaxJobs))
      ->type_name("N");
  app.add_option("--arch", options.arch, "The architecture of logs, for the baseline: x86_64, arm64, ...")
      ->type_name("NAME");
  app.add_option("--config", options.config, "What you call the kernel's config, for the baseline")
      ->type_name("NAME");
  app.add_option("--vmlinux", options.symbols.vmlinux,
                 "The kernel with debug information: places in the source for each group's example")
      ->type_name("FILE");
  app.add_option("--modules", options.symbols.modules,
                 "Where its modules are, with all folders below; may be given again")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->take_all();
  app.add_flag("--allow-mismatch", options.symbols.allow_mismatch,
               "Use these files although they are of another kernel than the log");
  app.add_flag("--no-cache", options.symbols.no_cache,
               "Neither read nor write answers in $XDG_CACHE_HOME/depot-analyze");
}

ExitCode run_triage(const TriageOptions& options, const render::Screen& screen, std::ostream& out,
                    std::ostream& err) {
  Run run(options, err);
  auto lists = read_lists(options, run);
  ReportFilter filter;
  if (const auto error = filter.set(options.filter)) return run.fail(*error);
  if (!lists || !run.check()) return run.exit();

  auto result = read(options, *lists, filter, run);
  if (options.symbols.wanted()) symbolize(result, options.symbols, run);
  if (lists->baseline) {
    lists->baseline->judge(result, options.as_of.empty() ? today() : options.as_of, options.config);
    sort_groups(result);
  }
  if (options.update_baseline) {
    lists->baseline->add_new(result);
    if (const auto error = replace_file(options.baseline, lists->baseline->text()); !error.empty())
      run.fail(options.baseline + ": " + error);
  } else {
    result.failed_on = lists->fail_on.failure(result);
  }

  // Only now: the baseline knows the titles as they are.
  if (options.redact) redact(result);
  write(result, options, screen, run.result(out));
  const auto code = run.finish();
  return code == ExitCode::done && !result.failed_on.empty() ? ExitCode::findings : code;
}

}  // namespace cli
