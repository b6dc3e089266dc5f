#include "cli/analysis.h"

#include <algorithm>
#include <utility>

#include "depot/era.h"

namespace cli {
namespace {

constexpr std::size_t kMaxTitles = 10'000;
constexpr std::size_t kMaxBoots = 1'000;
constexpr std::size_t kMaxStats = 1'000;

depot::Client client_of_trace(const parser::Trace& trace) {
  switch (trace.role) {
    case parser::Role::alloc:
    case parser::Role::free:
    case parser::Role::work:
    case parser::Role::work2:
      return trace.kasan == parser::KasanMode::tags ? depot::Client::kKasanTags
                                                    : depot::Client::kKasanGeneric;
    case parser::Role::slub_alloc:
    case parser::Role::slub_free:
      return depot::Client::kSlub;
    case parser::Role::page_alloc:
    case parser::Role::page_free:
      return depot::Client::kPageOwner;
    case parser::Role::kmemleak:
      return depot::Client::kKmemleak;
    case parser::Role::kmsan_origin:
      return depot::Client::kKmsan;
    case parser::Role::ref_tracker:
      return depot::Client::kRefTracker;
    case parser::Role::drm:
      return depot::Client::kDrm;
    default:
      break;
  }
  // A stack list names clients as it likes; a role's name, as we write it, tells as well.
  if (const auto client = depot::client_of(trace.client)) return *client;
  if (trace.client.starts_with("slub")) return depot::Client::kSlub;
  if (trace.client.starts_with("page_")) return depot::Client::kPageOwner;
  return depot::Client::kUnknown;
}

}  // namespace

bool is_binary(const parser::TextFacts& facts, bool recognised) {
  return !recognised && (facts.text_lines == 0 ||
                         facts.text_bytes < (facts.bytes - std::min(facts.bytes, facts.nul_bytes)) / 10);
}

std::size_t shown_config(const Analysis& analysis) {
  if (analysis.configs.size() > kDefaultConfigs) return kDefaultConfigs;
  for (std::size_t i = 0; i < kDefaultConfigs; ++i)
    if (analysis.is_log[i]) return i;
  return kDefaultConfigs - 1;
}

Analyzer::Analyzer(AnalyzerOptions options) : options_(std::move(options)), parser_(*this) {}
Analyzer::~Analyzer() = default;

void Analyzer::add(const std::string& path, std::uint64_t max_unpacked,
                   const std::function<void(std::size_t)>& progress) {
  bool open = false;
  bool failed = false;
  bool said = false;
  const auto before = result_.inputs.size();
  read_input(path, max_unpacked,
             {[&](const InputName& name) {
                open = true;
                failed = false;
                begin_input(name);
              },
              [&](std::string_view chunk) {
                parser_.feed(chunk);
                if (options_.images != nullptr) options_.images->feed(chunk);
                progress(chunk.size());
              },
              [&] {
                end_input(failed);
                open = false;
              },
              [&](const InputError& error) {
                failed = open;
                said = true;
                options_.failed(error);
              },
              options_.waiting, options_.stopped});
  if (result_.inputs.size() == before && !said && !useless_named_)
    options_.failed({path, "nothing in it is a kernel log, a dump or a stack list", "name the log itself"});
  useless_named_ = false;
}

void Analyzer::add_text(const std::string& name, std::string_view bytes, std::size_t chunk) {
  begin_input({name, true});
  for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size())))
    parser_.feed(bytes.substr(0, chunk));
  end_input(false);
}

void Analyzer::begin_input(const InputName& name) {
  current_ = name;
  kinds_.fill(false);
  used_ = false;
  bad_lines_ = 0;
  result_.inputs.push_back({name.path, parser::InputKind::text, 0, 0, 0});
  parser_.begin_input(name.path);
}

void Analyzer::end_input(bool failed) {
  parser_.finish_input();
  if (options_.images != nullptr) options_.images->end_input();
  const auto& facts = parser_.text_facts();
  const bool recognised = used_ || std::find(kinds_.begin(), kinds_.end(), true) != kinds_.end();
  const bool useless = !failed && (facts.bytes == 0 || is_binary(facts, recognised));
  if (useless) {
    // Nothing was found in it, so nothing refers to it. What lies about in a directory or archive is no
    // mistake.
    result_.inputs.pop_back();
    if (!current_.named_by_user) return;
    useless_named_ = true;
    if (facts.bytes == 0)
      options_.failed({current_.path, "empty",
                       "was it written? try dmesg > " + (current_.path == "-" ? "FILE" : current_.path)});
    else
      options_.failed({current_.path, "not text: no kernel log, dump or stack list",
                       "name a log (dmesg, console, /sys/kernel/debug/...)"});
    return;
  }
  auto& input = result_.inputs.back();
  input.bytes = facts.bytes;
  input.lines = facts.lines;
  input.cut_lines = facts.cut_lines;
  if (options_.input_read) options_.input_read(input);
  if (facts.cut_lines > 0)
    options_.warn(current_.path + ": " + std::to_string(facts.cut_lines) +
                  " lines are longer than 64 KiB; their ends were not read");
  if (bad_lines_ > 1)
    options_.warn(current_.path + ": " + std::to_string(bad_lines_) +
                  " records of the stack list could not be read");
}

void Analyzer::on_kind(parser::InputKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  if (kinds_[index]) return;
  kinds_[index] = true;
  // A log that a dump was appended to is still a log.
  auto& input = result_.inputs.back();
  if (input.kind == parser::InputKind::text || kind == parser::InputKind::log) input.kind = kind;
  if (kind == parser::InputKind::slab_traces || kind == parser::InputKind::page_owner ||
      kind == parser::InputKind::kmemleak || kind == parser::InputKind::ref_tracker)
    result_.live_dumps = true;
}

BootFacts& Analyzer::boot() {
  used_ = true;
  if (!boot_open_) {
    boot_open_ = true;
    current_boot_.input = result_.inputs.size() - 1;
  }
  return current_boot_;
}

void Analyzer::close_boot(bool last) {
  if (!boot_open_) return;
  if (replay_) {
    // Records are made for each stack a boot saves first; the oldest layout neither evicts nor cuts any off.
    const auto first = replay_->current().front();
    current_boot_.unique = first.allocations;
    result_.unique += current_boot_.unique;
    if (!last) replay_->new_boot();
  }
  if (result_.boots.size() < kMaxBoots)
    result_.boots.push_back(current_boot_);
  else
    ++result_.boots_left_out;
  current_boot_ = {};
  boot_open_ = boot_has_log_ = false;
}

void Analyzer::on_boot(const parser::Boot& found) {
  // Dumps and what a log says before it names its kernel belong to the boot that is named next, unless that
  // has a beginning of its own and the log had one before.
  const bool other_kernel = !current_boot_.release.empty() && current_boot_.release != found.release;
  const bool other_log = boot_log_ != result_.inputs.size();
  const bool begins = boot_has_log_ && (found.from_banner || other_kernel || other_log);
  if (begins) close_boot();
  auto& boot = this->boot();
  boot.input = result_.inputs.size() - 1;
  boot.line = found.line;
  boot.release = found.release;
  boot.arch = found.arch;
  boot.version = depot::parse_kernel_version(found.release);
  boot_has_log_ = true;
  boot_log_ = result_.inputs.size();
  if (options_.listener != nullptr) options_.listener->on_boot(boot, begins);
}

// Two logs are two boots, unless one says that it goes on where the other ends, which none does. Dumps join
// either.
void Analyzer::log_speaks() {
  const bool begins = boot_has_log_ && boot_log_ != result_.inputs.size();
  if (begins) close_boot();
  const auto& boot = this->boot();
  boot_has_log_ = true;
  boot_log_ = result_.inputs.size();
  if (begins && options_.listener != nullptr) options_.listener->on_boot(boot, true);
}

void Analyzer::on_hash_table(std::uint32_t order) {
  auto& boot = this->boot();
  boot.hash_order = order;
  if (options_.listener != nullptr) options_.listener->on_boot(boot, false);
}

depot::Replay& Analyzer::replay() {
  if (!replay_) {
    const auto kernel = options_.kernel ? options_.kernel : current_boot_.version;
    auto configs = configs_for(kernel, options_.what_if);
    // Without KASAN a table is as large as the machine's memory makes it; the log knows.
    for (auto& config : configs) {
      if (config.hash_order) continue;
      config.hash_order = current_boot_.hash_order;
      if (depot::config_error(config)) config.hash_order.reset();
    }
    replay_ = std::make_unique<depot::Replay>(std::move(configs));
  }
  return *replay_;
}

void Analyzer::on_depot_trace(const parser::Trace& trace) {
  words_.clear();
  for (const auto& ref : trace.frames) {
    const auto& frame = parser_.frames()[ref.frame];
    words_.push_back(frame.identity);
    result_.symbolic = result_.symbolic || !frame.symbol.empty();
  }
  // Frames beyond the limit are gone, but a stack must not become equal to another for that.
  if (trace.frames_cut > 0) words_.push_back(trace.frames_cut);
  if (kinds_[static_cast<std::size_t>(parser::InputKind::log)]) log_speaks();
  auto& boot = this->boot();
  const auto client = client_of_trace(trace);
  if (options_.listener != nullptr) options_.listener->on_stack(trace, parser_.frames(), words_, client);
  if (trace.put) {
    replay().put(words_, trace.count);
    return;
  }
  boot.saves += std::min(trace.count, ~boot.saves);  // as Replay does: the sum stops at the largest number
  replay().save(words_, client, trace.evictable, trace.count);
}

void Analyzer::on_report(parser::Report&& report, std::string_view text) {
  log_speaks();
  auto& boot = this->boot();
  if (options_.filter != nullptr && options_.filter->any()) {
    if (!options_.filter->takes(report)) {
      ++result_.reports_left_out;
      return;
    }
    if (options_.filter->lacks_time(report)) ++result_.reports_untimed;
  }
  report.text = text;
  ++boot.reports;
  ++result_.report_count;
  ++result_.families[report.family];
  if (!report.corrupted_reason.empty()) ++result_.corrupted;

  const auto input = result_.inputs.size() - 1;
  const auto known = title_index_.find(report.title);
  if (known != title_index_.end()) {
    auto& title = result_.titles[known->second];
    ++title.count;
    title.corrupted += report.corrupted_reason.empty() ? 0 : 1;
    if (title.input == input && report.line < title.line) {
      title.line = report.line;
      title.first = report;
      title.first.traces.clear();
    }
  } else if (result_.titles.size() < kMaxTitles) {
    title_index_.emplace(report.title, result_.titles.size());
    TitleFacts title{1, report.corrupted_reason.empty() ? 0u : 1u, input, report.line, report};
    title.first.traces.clear();
    title.first.traces.shrink_to_fit();
    result_.titles.push_back(std::move(title));
  } else {
    ++result_.titles_left_out;
  }
  if (options_.report_complete) {
    FoundReport found{input, std::move(report)};
    options_.report_complete(found);
    report = std::move(found.report);
  }
  if (options_.keep_reports) result_.reports.push_back({input, std::move(report)});
}

void Analyzer::on_stats(const parser::DepotStats& stats) {
  boot();
  // A file that was read again and again ends with what counts; the first ones are kept as a history.
  const auto input = result_.inputs.size() - 1;
  if (result_.kernel_stats.size() >= kMaxStats && result_.kernel_stats.back().input == input)
    result_.kernel_stats.pop_back();
  result_.kernel_stats.push_back({input, stats});
}

void Analyzer::on_bad_line(std::uint64_t line, std::string_view why) {
  ++bad_lines_;
  if (bad_lines_ == 1)
    options_.failed(
        {current_.path, "line " + std::to_string(line) + ": " + std::string(why),
         "a stack list has one {\"frames\": [\"0xffffffff81234567\", ...]} per line; this line is left out"});
}

std::optional<std::uint32_t> Analyzer::handle(std::size_t config,
                                              std::span<const std::uint64_t> words) const {
  const auto* stack = replay_ ? replay_->stacks().find(words) : nullptr;
  return stack == nullptr ? std::nullopt : replay_->handle(config, stack->id);
}

Analysis Analyzer::finish() {
  replay();
  close_boot(true);
  auto result = std::move(result_);
  result.facts = replay_->facts();
  result.configs = replay_->configs();
  result.accountings = replay_->finish();
  for (const auto& config : result.configs) {
    bool is_log = options_.kernel && same_layout(config, *options_.kernel);
    if (!options_.kernel)
      for (const auto& boot : result.boots)
        is_log = is_log || (boot.version && same_layout(config, *boot.version));
    result.is_log.push_back(is_log);
  }
  std::stable_sort(result.reports.begin(), result.reports.end(),
                   [](const FoundReport& a, const FoundReport& b) {
                     return std::pair(a.input, a.report.line) < std::pair(b.input, b.report.line);
                   });
  std::stable_sort(result.titles.begin(), result.titles.end(), [](const TitleFacts& a, const TitleFacts& b) {
    return std::pair(a.input, a.line) < std::pair(b.input, b.line);
  });
  result.filtered = options_.filter != nullptr && options_.filter->any();
  result.frames = &parser_.frames();
  result.stacks = &replay_->stacks();
  return result;
}

}  // namespace cli
