// Joins parser and depot: one pass over all inputs, everything that the renderers need at the end.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/configs.h"
#include "cli/input.h"
#include "cli/report_filter.h"
#include "cli/symbols.h"
#include "depot/accounting.h"
#include "depot/replay.h"
#include "depot/stats.h"
#include "parser/kernel_image.h"
#include "parser/log_parser.h"
#include "parser/model.h"
#include "parser/sink.h"

namespace cli {

struct InputFacts {
  std::string path;
  parser::InputKind kind = parser::InputKind::text;
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t cut_lines = 0;
};

// One kernel's run. Its depot is its own: what two boots save is never shared.
struct BootFacts {
  std::size_t input = 0;
  std::uint64_t line = 0;
  std::string release;  // as printed; empty where no line says it
  std::string arch;
  std::optional<depot::KernelVersion> version;
  std::optional<std::uint32_t> hash_order;  // of its depot's table, where the log has the line
  std::uint64_t reports = 0;
  std::uint64_t saves = 0;
  std::uint64_t unique = 0;
};

struct FoundReport {
  std::size_t input = 0;
  parser::Report report;
};

// Reports of one title, for a screen that stays short however many there are.
struct TitleFacts {
  std::uint64_t count = 0;
  std::uint64_t corrupted = 0;
  std::size_t input = 0;   // of the first
  std::uint64_t line = 0;  // of the first
  parser::Report first;    // without its traces
};

struct KernelStats {
  std::size_t input = 0;
  parser::DepotStats stats;
};

struct Analysis {
  std::vector<InputFacts> inputs;
  std::vector<BootFacts> boots;  // in order; at least one if anything was found
  std::uint64_t boots_left_out = 0;
  std::vector<FoundReport> reports;   // sorted by input and line; empty unless kept
  std::vector<TitleFacts> titles;     // by first place
  std::uint64_t titles_left_out = 0;  // reports of further titles
  std::map<parser::Family, std::uint64_t> families;
  std::uint64_t report_count = 0;
  bool filtered = false;               // a filter was set
  std::uint64_t reports_left_out = 0;  // by it
  std::uint64_t reports_untimed = 0;   // it let through for want of a time to compare
  std::uint64_t corrupted = 0;
  std::vector<KernelStats> kernel_stats;
  bool live_dumps = false;   // some stacks come from files that list only what is allocated now
  depot::Facts facts;        // its `unique` counts a stack once, whatever the boots
  std::uint64_t unique = 0;  // records that the boots made: each boot's depot holds its own
  std::vector<depot::Config> configs;
  std::vector<depot::Accounting> accountings;  // one per config, over all boots
  std::vector<bool> is_log;                    // the config lays records out as a kernel of the input does
  parser::FrameTable* frames = nullptr;        // of the analyzer
  Places places;                               // of the reports' frames in the source; empty unless asked for
  const depot::StackStore* stacks = nullptr;   // of the analyzer; unique over all boots
  bool symbolic = false;  // some of these are known by symbols only, which stand in for addresses

  double dedup_ratio() const {
    return unique == 0 ? 0 : static_cast<double>(facts.saves) / static_cast<double>(unique);
  }
};

// The config that single records are counted under: as asked, else the layout of the kernel that speaks, else
// the newest.
std::size_t shown_config(const Analysis& analysis);

// Hears, in order, of what goes into the depot.
class StackListener {
 public:
  virtual ~StackListener() = default;
  // `words`: the frames as the depot sees them.
  virtual void on_stack(const parser::Trace& trace, const parser::FrameTable& frames,
                        std::span<const std::uint64_t> words, depot::Client client) = 0;
  // What is known of the boot has changed. `begins`: it is another than before.
  virtual void on_boot(const BootFacts& boot, bool begins) = 0;
};

// An input that nothing was recognised in and that is not text either.
bool is_binary(const parser::TextFacts& facts, bool recognised);

// What may be limited so that memory does not grow with the input.
struct AnalyzerOptions {
  bool keep_reports = true;
  std::optional<depot::KernelVersion> kernel;  // instead of what the input says
  std::vector<WhatIf> what_if;
  StackListener* listener = nullptr;
  parser::KernelImages* images = nullptr;                        // hears the logs as well
  std::function<void(const InputError&)> failed;                 // an input that could not be used
  std::function<void(const InputFacts&)> input_read;             // an input that was used; may be empty
  std::function<void(const std::string&)> warn;                  // something was left out
  std::function<void(const FoundReport&)> report_complete = {};  // as soon as it is; may be empty
  std::function<void()> waiting = {};                            // InputVisitor's; may be empty
  std::function<bool()> stopped = {};                            // InputVisitor's; may be empty
  const ReportFilter* filter = nullptr;  // of reports; what the depot holds is measured whole
};

class Analyzer final : private parser::Sink {
 public:
  explicit Analyzer(AnalyzerOptions options);
  ~Analyzer() override;

  // Reads one argument of the command line with everything in it.
  void add(const std::string& path, std::uint64_t max_unpacked,
           const std::function<void(std::size_t)>& progress);
  // The same for bytes in memory, in chunks of `chunk`.
  void add_text(const std::string& name, std::string_view bytes, std::size_t chunk = kChunk);
  // Ends the pass. The result refers to the analyzer's frames.
  Analysis finish();
  // After finish(): the depot_stack_handle_t of a stack's record in the last boot under a config of the
  // analysis.
  std::optional<std::uint32_t> handle(std::size_t config, std::span<const std::uint64_t> words) const;

 private:
  void on_boot(const parser::Boot& boot) override;
  void on_depot_trace(const parser::Trace& trace) override;
  void on_hash_table(std::uint32_t order) override;
  void on_report(parser::Report&& report, std::string_view text) override;
  void on_stats(const parser::DepotStats& stats) override;
  void on_bad_line(std::uint64_t line, std::string_view why) override;
  void on_kind(parser::InputKind kind) override;

  void begin_input(const InputName& name);
  void end_input(bool failed);
  // The last boot's depot stays, for handle().
  void close_boot(bool last = false);
  void log_speaks();
  BootFacts& boot();
  depot::Replay& replay();

  AnalyzerOptions options_;
  parser::LogParser parser_;
  std::unique_ptr<depot::Replay>
      replay_;  // made at the first stack, for the kernel that is known by then if one is
  Analysis result_;
  std::unordered_map<std::string, std::size_t> title_index_;
  std::vector<std::uint64_t> words_;               // the frames of the trace at hand, as the depot sees them
  std::array<bool, parser::kInputKinds> kinds_{};  // of the current input
  InputName current_;
  BootFacts current_boot_;
  bool boot_open_ = false;       // current_boot_ has something in it
  bool boot_has_log_ = false;    // ... that came from a log, not from a dump
  std::size_t boot_log_ = 0;     // ... inputs there were when that log began: which log it is
  bool used_ = false;            // something was found in the current input
  bool useless_named_ = false;   // it was named and nothing could be done with it, which has been said
  std::uint64_t bad_lines_ = 0;  // of the current input
};

}  // namespace cli
