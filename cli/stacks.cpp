#include "cli/stacks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>
#include <vector>

#include "cli/redact.h"
#include "cli/render/stack_list.h"
#include "cli/render/stacks.h"
#include "cli/stack_collection.h"
#include "cli/stack_filter.h"
#include "depot/layout.h"

namespace cli {
namespace {

constexpr std::uint64_t kTopInText = 10;

constexpr const char* kStacksFooter = R"(Examples:
  depot-analyze stacks /sys/kernel/debug/slab/                     the stacks saved most often
  depot-analyze stacks --sort bytes --top 20 dmesg.txt             the largest records
  depot-analyze stacks --symbol '^ext4_' --client slub traces/     of one subsystem, of one client
  depot-analyze stacks --format folded traces/ | flamegraph.pl > stacks.svg
  depot-analyze stacks --format ndjson a.log b.log > list.ndjson   a stack list, which every command reads

A stack list keeps the order of saving, as what a depot takes depends on it; --top chooses its stacks, --sort says
by what. It folds the saves of a stack into its first one where no depot tells the difference. With
--what-if max-frames=N it keeps each save of deeper stacks apart, for measuring under that limit.

Exit status: 0 done, 2 an input could not be used (the others are still read).)";

// A record's handle tells its place, and that depends on every save before it: only a list of one boot has
// them all.
bool knows_order(const Analysis& analysis) {
  return analysis.boots.size() + analysis.boots_left_out == 1 &&
         std::all_of(analysis.inputs.begin(), analysis.inputs.end(),
                     [](const InputFacts& input) { return input.kind == parser::InputKind::stack_list; });
}

render::StackRows rows(const StacksOptions& options, const Analysis& analysis, const Analyzer& analyzer,
                       const StackCollection& collection) {
  render::StackRows rows;
  rows.config = analysis.configs[shown_config(analysis)];
  rows.total_saves = analysis.facts.saves;
  rows.total_unique = analysis.facts.unique;
  const depot::Layout layout(rows.config);
  const bool order = knows_order(analysis);
  for (depot::StackId id = 0; id < collection.stacks().size(); ++id) {
    const auto& stack = collection.stacks()[id];
    if (stack.count == 0) continue;
    const auto depth = collection.words(id).size();
    const bool refcounted = depot::saves_refcounted(rows.config, stack.client, stack.evictable);
    rows.rows.push_back({id, depth, layout.record(depth, refcounted).total(), std::nullopt});
    if (order) rows.rows.back().handle = analyzer.handle(shown_config(analysis), collection.words(id));
    rows.saves += stack.count;
  }
  rows.unique = rows.rows.size();
  // Equal ones stay in order of saving.
  const auto key = [&](const render::StackRow& row) -> std::uint64_t {
    return options.sort == "bytes"   ? row.bytes
           : options.sort == "depth" ? row.depth
                                     : collection.stacks()[row.id].count;
  };
  std::stable_sort(rows.rows.begin(), rows.rows.end(),
                   [&](const render::StackRow& a, const render::StackRow& b) { return key(a) > key(b); });
  const auto top = options.top.value_or(options.format == "text" ? kTopInText : 0);
  if (top > 0 && top < rows.rows.size()) rows.rows.resize(top);
  return rows;
}

}  // namespace

void setup_stacks(CLI::App& app, StacksOptions& options) {
  app.description("Lists the unique stacks of the depot with their counts and what their records take.");
  app.footer(kStacksFooter);
  setup_run(app, options, {"text", "json", "ndjson", "folded"});
  app.get_option("--what-if")
      ->description("The config that bytes are counted under: KEY=VALUE,... as with depot-analyze");
  app.add_option("--sort", options.sort, "What comes first: the most saves, bytes or frames")
      ->check(CLI::IsMember({"count", "bytes", "depth"}))
      ->capture_default_str();
  app.add_option("--top", options.top, "No more than the first N; 0 is all (text: 10, else all)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000'000}))
      ->type_name("N");
  app.add_option("--symbol", options.symbol, "Only stacks with a function that matches")->type_name("RE");
  app.add_option("--module", options.module, "Only stacks with a frame in a module that matches")
      ->type_name("RE");
  app.add_option("--client", options.client,
                 "Only what clients that match saved: slub_alloc, slub_free, page_alloc, page_free, "
                 "kasan-generic, ...")
      ->type_name("RE");
}

ExitCode run_stacks(const StacksOptions& options, const render::Screen& screen, std::ostream& out,
                    std::ostream& err) {
  Run run(options, err);
  StackFilter filter;
  if (const auto error = filter.set(options.symbol, options.module, options.client)) return run.fail(*error);
  auto analyzer_options = run.check();
  if (!analyzer_options) return run.exit();
  if (analyzer_options->what_if.size() > 1)
    return run.fail("--what-if: bytes can be counted under one config only");

  StackCollection::Options how;
  const bool list = options.format == "ndjson";
  how.keep_events = list;
  for (const auto& asked : analyzer_options->what_if)
    how.max_frames = std::min<std::uint64_t>(how.max_frames, asked.config.max_frames);
  // The collection and the writer of lists need each other; none is used before both are there.
  std::optional<render::StackListWriter> writer;
  // What is hidden must be known as a whole before the first line is written.
  if (list && options.top.value_or(0) == 0 && !options.redact)
    how.drain = [&](const std::vector<StackEvent>& events) {
      for (const auto& event : events) writer->write(event, run.result(out));
    };
  StackCollection collection(filter, how);
  writer.emplace(collection);
  analyzer_options->keep_reports = false;
  analyzer_options->listener = &collection;
  Analyzer analyzer(std::move(*analyzer_options));
  run.read(analyzer);
  auto analysis = analyzer.finish();
  collection.finish();
  // With nothing that could be read there is nothing to say but why.
  if (analysis.inputs.empty() && run.exit() == ExitCode::trouble) return run.exit();

  auto& result = run.result(out);
  if (list && how.drain) return run.finish();
  if (options.redact) redact({{analysis, collection}});
  const auto chosen = rows(options, analysis, analyzer, collection);
  if (list) {
    std::vector<bool> shown(collection.stacks().size());
    for (const auto& row : chosen.rows) shown[row.id] = true;
    for (const auto& event : collection.events())
      if (event.kind == StackEvent::Kind::boot || shown[event.stack]) writer->write(event, result);
  } else if (options.format == "json") {
    render::stacks_json(analysis, collection, chosen, result);
  } else if (options.format == "folded") {
    render::stacks_folded(collection, chosen, result);
  } else {
    render::stacks_text(collection, chosen, screen, result);
  }
  return run.finish();
}

}  // namespace cli
