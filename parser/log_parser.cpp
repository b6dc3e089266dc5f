#include "parser/log_parser.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "parser/depot_sections.h"
#include "parser/kasan.h"
#include "parser/kernel_release.h"
#include "parser/scan.h"
#include "parser/splats.h"
#include "parser/title.h"

namespace parser {
namespace {

// More callers than a machine has CPUs in the middle of a report: hostile, or not a log.
constexpr std::size_t kMaxContexts = 1024;

// The first characters of everything that read_outside() looks for. All other lines are done with at once.
bool may_begin_something(char c) {
  switch (c) {
    case 'B':
    case '=':
    case '[':
    case 'A':
    case 'F':
    case 'L':
    case 'S':
    case 'I':
    case 'p':
    case 'U':
    case 'b':
    case 'W':
    case 'u':
    case 'g':
    case 'O':
    case 'd':
    case 'k':
    case 'K':
    case 'r':
    case 'w':
      return true;
    default:
      return false;
  }
}

}  // namespace

LogParser::LogParser(Sink& sink, ParserOptions options)
    : sink_(sink), options_(options), dumps_(frames_, sink) {}
LogParser::~LogParser() = default;

void LogParser::begin_input(std::string_view name) {
  splitter_ = LineSplitter{};
  provoked_.reset();
  dumps_.begin_input(name.find("free_traces") != std::string_view::npos ? Role::slub_free : Role::slub_alloc);
  any_prefix_ = false;
  bare_report_ = false;
  last_key_ = 0;
  kasan_ = KasanMode::unknown;
  banner_in_input_ = false;
  release_.clear();
  last_oops_ = 0;
}

void LogParser::feed(std::string_view chunk) {
  splitter_.feed(chunk, [this](std::string_view line, std::uint64_t number) { on_line(line, number); });
}

void LogParser::finish_input() {
  splitter_.finish([this](std::string_view line, std::uint64_t number) { on_line(line, number); });
  dumps_.finish();
  close_all(ReportBuilder::Close::end_of_input);
}

void LogParser::on_line(std::string_view raw, std::uint64_t number) {
  auto line = read_line(raw, number);
  raw_ = raw;
  if (line.userspace) return;
  if (line.prefixed) {
    if (!any_prefix_) sink_.on_kind(InputKind::log);
    any_prefix_ = true;
    bare_report_ = false;
    last_key_ = line.caller.key();
    // The log's next continuation line is its own, not the dump's.
    dumps_.finish();
  } else {
    if (dumps_.begins_entry(raw)) close_all(ReportBuilder::Close::superseded);
    // Below a log with prefixes a bare stack's one blank is none of its continuation lines, which dmesg
    // indents.
    const bool below_log = any_prefix_ && !bare_report_ && raw.size() > 1 && raw[0] == ' ' && raw[1] != ' ';
    if (dumps_.take(raw, number, contexts_.empty() || below_log)) return;
    // A second line of one printk, as dmesg indents it, follows its first. Anything else without a prefix in
    // a log that has them is some program writing to the same console, but for a title: what follows that one
    // has no prefix either.
    bare_report_ =
        bare_report_ || raw.starts_with("BUG: ") || raw.starts_with("BUG ") || may_open_depot_trace(raw);
    if (any_prefix_ && !bare_report_ && !raw.empty() && raw.front() != ' ') return;
    if (contexts_.contains(last_key_)) line.caller = contexts_.at(last_key_).caller;
  }
  on_text(line);
}

void LogParser::on_text(Line line) {
  // kmemleak's own file, printed to the log: "kmemleak:   backtrace (crc 5c1d2e3f):"
  skip(line.text, "kmemleak: ");
  const auto body = trim_left(line.text);
  provoked_.see(line, body);
  const bool begins = !body.empty() && may_begin_something(body.front());
  if (begins && body.front() == 'L') {
    if (const auto boot = read_banner(body, line.number)) {
      close_all(ReportBuilder::Close::superseded);
      kasan_ = KasanMode::unknown;
      sink_.on_kind(InputKind::log);
      release_ = boot->release;
      banner_in_input_ = true;
      sink_.on_boot(*boot);
      return;
    }
  }
  if (!body.empty() && body.front() == 's')
    if (const auto order = read_hash_order(body)) return sink_.on_hash_table(*order);
  if (contexts_.empty()) {
    if (!begins) return;
  } else if (!begins && !contexts_.contains(line.caller.key())) {
    return;
  }
  const auto key = line.caller.key();
  auto& context = context_of(line);
  if (context.report) {
    switch (context.report->consume(line)) {
      case ReportBuilder::Answer::taken:
      case ReportBuilder::Answer::unknown:
        return;
      case ReportBuilder::Answer::last:
        close_report(context, ReportBuilder::Close::complete);
        drop_if_idle(key);
        return;
      case ReportBuilder::Answer::foreign:
        close_report(context, begins_other_splat(body) || body.starts_with("BUG ") || is_ruler(body, '=')
                                  ? ReportBuilder::Close::superseded
                                  : ReportBuilder::Close::faded);
        break;
    }
  }
  read_outside(line, body, context);
  drop_if_idle(key);
}

LogParser::Context& LogParser::context_of(const Line& line) {
  const auto key = line.caller.key();
  if (const auto known = contexts_.find(key); known != contexts_.end()) return known->second;
  if (contexts_.size() >= kMaxContexts) close_all(ReportBuilder::Close::too_many_open);
  auto& context = contexts_.try_emplace(key, frames_).first->second;
  context.caller = line.caller;
  return context;
}

void LogParser::drop_if_idle(std::uint64_t key) {
  const auto context = contexts_.find(key);
  if (context != contexts_.end() && context->second.idle()) contexts_.erase(context);
}

void LogParser::read_outside(const Line& line, std::string_view body, Context& context) {
  if (context.stray.open()) {
    if (context.stray.take(line.text)) return;
    close_stray(context);
  }
  if (body.empty()) return;

  const ReportBuilder::Events events{
      [this](const Trace& trace) { publish(trace); },
      [this](std::string_view release, std::uint64_t at) { learn_release(release, at); }, options_.keep_text};
  auto report = open_kasan(line, body, context.lead.first_line, frames_, events);
  if (!report) report = open_slub(line, body, context.lead, frames_, events);
  if (report) {
    if (!any_prefix_) sink_.on_kind(InputKind::log);
    context.report = std::move(report);
    context.report->keep_text(line);
    context.report->set_time(line, raw_);
    context.lead = {};
    return;
  }
  read_slub_lead(line, body, context.lead);
  if (context.lead.first_line != 0) return;
  if (auto trace = open_depot_trace(body, line.number)) {
    trace->kasan = kasan_;
    context.stray.start(std::move(*trace));
    return;
  }
  note_splat(line, body);
}

void LogParser::note_splat(const Line& line, std::string_view body) {
  const auto splat = other_splat(body);
  if (!splat) return;
  // arm64 names one oops twice: "Unable to handle kernel ..." and, some lines on, "Internal error: Oops: ..."
  constexpr std::uint64_t kOneOops = 40;
  const bool again =
      body.starts_with("Internal error: ") && last_oops_ != 0 && line.number - last_oops_ < kOneOops;
  if (*splat == OtherSplat::oops || *splat == OtherSplat::kernel_bug) last_oops_ = line.number;
  if (!again) sink_.on_other_splat(*splat, line.number);
}

void LogParser::publish(const Trace& trace) {
  if (trace.in_depot) sink_.on_depot_trace(trace);
}

// Where the banner is missing, the release in a report's CPU line tells one kernel's log from the next one's.
void LogParser::learn_release(std::string_view release, std::uint64_t line) {
  if (banner_in_input_ || release == release_) return;
  release_ = release;
  sink_.on_boot(Boot{line, release_, {}, false});
}

void LogParser::close_report(Context& context, ReportBuilder::Close why) {
  auto report = context.report->close(why);
  context.report.reset();
  report.demux = context.caller.known() ? Demux::caller : Demux::none;
  if (report.kasan != KasanMode::unknown) kasan_ = report.kasan;
  if (report.kernel.empty()) report.kernel = release_;
  name_report(report, frames_);
  report.expected_by = provoked_.provoked_by(report, context.caller, frames_);
  sink_.on_report(std::move(report));
}

void LogParser::close_stray(Context& context) {
  if (const auto trace = context.stray.finish()) publish(*trace);
}

void LogParser::close_all(ReportBuilder::Close why) {
  // In the order in which they began, whatever the map's.
  std::vector<Context*> open;
  for (auto& [key, context] : contexts_) open.push_back(&context);
  std::sort(open.begin(), open.end(),
            [](const Context* a, const Context* b) { return a->first_line() < b->first_line(); });
  for (auto* context : open) {
    if (context->report) close_report(*context, why);
    close_stray(*context);
  }
  contexts_.clear();
}

}  // namespace parser
