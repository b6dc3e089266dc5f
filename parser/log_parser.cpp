#include "parser/log_parser.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "parser/depot_sections.h"
#include "parser/kasan.h"
#include "parser/kernel_release.h"
#include "parser/openings.h"
#include "parser/program_counter.h"
#include "parser/scan.h"
#include "parser/splat.h"

namespace parser {
namespace {

// More callers than a machine has CPUs in the middle of a report: hostile, or not a log.
constexpr std::size_t kMaxContexts = 1024;

// How many lines after a report a panic still is its end: a machine that prints what all its CPUs do takes
// long.
constexpr std::uint64_t kPanicFollows = 2000;
// Lines between a CPU line and the call trace of the same dump_stack(), and between the announcement of a
// stack and its call trace.
constexpr std::uint64_t kDumpStackLines = 8;
constexpr std::uint64_t kAnnouncedLines = 40;
// Lines that stand behind another on one for want of a newline.
constexpr int kMostGlued = 3;
// Lines of a WARN's message, between "cut here" and the title.
constexpr int kMessageLines = 6;
// Lines between SLUB's detail above a ruler and the title below it, others' lines among them.
constexpr std::uint64_t kStrandedLines = 32;

// The first characters of everything that read_outside() looks for. Most other lines are done with at once.
constexpr Characters kMayBegin("-ABCFIKLNOPSTUVW=[_abcdfgiklnprstuvw28");

// Cheap: whether open_untitled() looks for the line, where it is not below "cut here".
bool may_be_untitled(std::string_view body, Openings openings) {
  return (openings & kUntitledOpening) != 0 || is_task_line(body);
}

// Whether read_outside() looks for the line where nothing came before it. '=' and '[': SLUB's detail.
bool may_begin(std::string_view body) {
  if (body.empty()) return false;
  if (!kMayBegin.has(body.front())) return find_drivers_words(body).has_value();
  const auto openings = openings_of(body);
  return (openings & (kDepotOpening | kUntabledOpening)) != 0 || body.front() == '=' || body.front() == '[' ||
         body.starts_with("BUG ") || may_be_untitled(body, openings) || may_begin_splat(without_tags(body)) ||
         find_drivers_words(body);
}

}  // namespace

LogParser::LogParser(Sink& sink, ParserOptions options)
    : sink_(sink),
      events_{[this](const Trace& trace) { publish(trace); },
              [this](std::string_view release, std::uint64_t at) { learn_release(release, at); },
              options.keep_text ? &texts_ : nullptr},
      dumps_(frames_, sink, [this] { close_all(ReportBuilder::Close::superseded); }) {}
LogParser::~LogParser() = default;

void LogParser::begin_input(std::string_view name) {
  splitter_ = LineSplitter{};
  provoked_.reset();
  dumps_.begin_input(name.find("free_traces") != std::string_view::npos ? Role::slub_free : Role::slub_alloc);
  in_log_ = any_prefix_ = bare_report_ = false;
  last_key_ = 0;
  kasan_ = KasanMode::unknown;
  banner_in_input_ = false;
  release_.clear();
  last_report_ = other_title_ = dump_stack_ = asked_for_ = 0;
  demuxer_.begin_input();
  stranded_ = {};
}

void LogParser::feed(std::string_view chunk) {
  splitter_.feed(
      chunk,
      [this](std::string_view raw, std::uint64_t number) {
        containers_.take(raw, number, [this](const Line& line) { on_line(line); });
      },
      [this](std::string_view rest, std::uint64_t number) {
        return in_stack_ ? take_ahead(rest, number) : LineSplitter::Ahead{};
      });
}

void LogParser::finish_input() {
  splitter_.finish([this](std::string_view raw, std::uint64_t number) {
    containers_.take(raw, number, [this](const Line& line) { on_line(line); });
  });
  containers_.finish([this](const Line& line) { on_line(line); });
  if (demuxer_.holding()) release_held();
  dumps_.finish();
  close_all(ReportBuilder::Close::end_of_input);
}

void LogParser::take_first(const Line& line) {
  if (line.userspace) return;
  // Any program on the console may warn in its own words; the kernel's own log has a prefix.
  if (!line.prefixed && is_own_words(without_tags(trim_left(line.text)))) return;
  if (demuxer_.holding()) {
    if (!line.caller.known() && demuxer_.add(line)) {
      if (demuxer_.settled()) release_held();
      return;
    }
    release_held();
  }
  take_line(line);
}

void LogParser::take_line(const Line& line) {
  if (!line.prefixed) return take_bare(line);
  if (!in_log_) enter_log();
  last_key_ = line.caller.key();
  // Most lines of a report
  if (latest_ != nullptr && latest_key_ == last_key_ && latest_->report &&
      latest_->report->may_expect(line) && latest_->report->consume_expected(line)) {
    in_stack_ = true;
    return;
  }
  take_prefixed(line);
}

LineSplitter::Ahead LogParser::take_ahead(std::string_view rest, std::uint64_t number) {
  LineSplitter::Ahead ahead;
  auto* const last = containers_.last_plain();
  if (last == nullptr || !in_log_ || demuxer_.holding() || latest_ == nullptr || !latest_->report ||
      latest_key_ != last->caller.key())
    return ahead;
  auto& report = *latest_->report;
  while (const auto text = repeat_prefix(rest, *last)) {
    const auto size = report.consume_ahead(rest.substr(text), number + ahead.lines + 1);
    if (size == 0) break;
    const auto bytes = text + size + (rest[text + size] == '\r' ? 2 : 1);
    rest.remove_prefix(bytes);
    ahead.bytes += bytes;
    ++ahead.lines;
    last_key_ = latest_key_;
  }
  return ahead;
}

void LogParser::take_prefixed(const Line& line) {
  if (may_be_glued(line))
    take_glued(line, kMostGlued);
  else
    on_text(line);
}

void LogParser::enter_log() {
  if (!any_prefix_) sink_.on_kind(InputKind::log);
  in_log_ = any_prefix_ = true;
  bare_report_ = false;
  // The log's next continuation line is its own, not the dump's.
  dumps_.finish();
}

void LogParser::take_glued(const Line& line, int most) {
  std::string_view first_text;
  const auto second = most > 0 ? glued_line(line, first_text) : std::nullopt;
  if (!second) return on_text(line);
  auto first = line;
  first.text = first_text;
  on_text(first);
  last_key_ = second->caller.key();
  take_glued(*second, most - 1);
}

void LogParser::take_bare(const Line& line) {
  in_log_ = false;
  const auto raw = line.text;
  // Below a log with prefixes a bare stack's one blank is none of its continuation lines, which dmesg
  // indents.
  const bool below_log = any_prefix_ && !bare_report_ && raw.size() > 1 && raw[0] == ' ' && raw[1] != ' ';
  if (dumps_.take(raw, line.number, contexts_.empty() || below_log)) return;
  // A second line of one printk, as dmesg indents it, follows its first. Anything else without a prefix in
  // a log that has them is some program writing to the same console, but for a title: what follows that one
  // has no prefix either.
  bare_report_ =
      bare_report_ || may_open_depot_trace(raw, openings_of(raw)) || begins_splat(without_tags(raw));
  if (any_prefix_ && !bare_report_ && !raw.empty() && raw.front() != ' ') return;
  if (const auto last = contexts_.find(last_key_); !line.caller.inferred() && last != contexts_.end()) {
    auto continued = line;
    continued.caller = last->second.caller;
    return on_text(continued);
  }
  on_text(line);
}

void LogParser::on_text(const Line& line) {
  // kmemleak's own file, printed to the log: "kmemleak:   backtrace (crc 5c1d2e3f):"
  constexpr std::string_view kMemleak = "kmemleak: ";
  if (line.text.starts_with(kMemleak)) {
    auto untagged = line;
    untagged.text.remove_prefix(kMemleak.size());
    return on_kernel_text(untagged);
  }
  on_kernel_text(line);
}

void LogParser::on_kernel_text(const Line& line) {
  const auto body = trim_left(line.text);
  provoked_.see(line, body);
  const char first = body.empty() ? '\0' : body.front();
  if (first == 'L') {
    if (const auto boot = read_banner(body, line.number)) {
      close_all(ReportBuilder::Close::superseded);
      kasan_ = KasanMode::unknown;
      last_report_ = 0;
      sink_.on_kind(InputKind::log);
      release_ = boot->release;
      banner_in_input_ = true;
      sink_.on_boot(*boot);
      return;
    }
  }
  if (first == 's')
    if (const auto order = read_hash_order(body)) return sink_.on_hash_table(*order);
  auto* known = contexts_.empty() ? nullptr : find_context(line.caller.key());
  if (known == nullptr && !may_begin(body)) return;
  auto& context = known != nullptr ? *known : open_context(line.caller);
  if (context.report) {
    if (may_be_anothers(context, line, body, ReportBuilder::Answer::taken))
      return demuxer_.start(*context.report, line);
    const auto answer = context.report->consume(line, body);
    switch (answer) {
      case ReportBuilder::Answer::taken:
        in_stack_ = context.report->in_stack();
        return;
      case ReportBuilder::Answer::unknown:
        return;
      case ReportBuilder::Answer::aside:
        if (auto aside = open_report(line, body, context))
          close_report(std::move(aside), context, ReportBuilder::Close::complete);
        return;
      case ReportBuilder::Answer::last:
        close_report(context, ReportBuilder::Close::complete);
        drop_if_idle(context);
        return;
      case ReportBuilder::Answer::foreign:
        if (may_be_anothers(context, line, body, answer)) return demuxer_.start(*context.report, line);
        close_report(context,
                     begins_splat(without_tags(body)) || body.starts_with("BUG ") || is_ruler(body, '=')
                         ? ReportBuilder::Close::superseded
                         : ReportBuilder::Close::faded);
        break;
    }
  }
  read_outside(line, body, context);
  drop_if_idle(context);
}

LogParser::Context* LogParser::find_other_context(std::uint64_t key) {
  const auto known = contexts_.find(key);
  if (known == contexts_.end()) return nullptr;
  latest_ = &known->second;
  latest_key_ = key;
  return latest_;
}

LogParser::Context& LogParser::open_context(const Caller& caller) {
  if (contexts_.size() >= kMaxContexts) close_all(ReportBuilder::Close::too_many_open);
  // Most lines that might begin something do not: the room of the last one is used again.
  if (spare_.empty())
    latest_ = &contexts_.try_emplace(caller.key(), frames_).first->second;
  else {
    spare_.key() = caller.key();
    latest_ = &contexts_.insert(std::move(spare_)).position->second;
  }
  latest_key_ = caller.key();
  latest_->caller = caller;
  latest_->inferred = caller.inferred();
  return *latest_;
}

void LogParser::drop_if_idle(const Context& context) {
  if (!context.idle()) return;
  latest_ = nullptr;
  spare_ = contexts_.extract(context.caller.key());
}

void LogParser::read_outside(const Line& line, std::string_view body, Context& context) {
  if (context.asked_by && read_other_cpu(line, body, context)) return;
  if (context.stray.open()) {
    if (context.stray.take(line.text)) return;
    close_stray(context);
  }
  if (body.empty()) return;

  const auto openings = openings_of(body);
  auto report = open_report(line, body, context);
  const bool titled = report != nullptr;
  if (!titled && (context.cut_here != 0 || may_be_untitled(body, openings)))
    report = open_untitled(line, body, context);
  if (report) {
    if (!any_prefix_) sink_.on_kind(InputKind::log);
    context.report = std::move(report);
    if (titled && context.report->so_far().family != Family::kasan) other_title_ = line.number;
    context.report->set_time(line);
    if (!context.lead.what.empty() && context.report->so_far().family != Family::slub)
      stranded_ = context.lead;
    context.lead = {};
    context.cut_here = 0;
    if (context.report->is_one_line()) {
      context.report->keep_text(line.text);
      close_report(context, ReportBuilder::Close::complete);
    } else if (titled)
      context.report->keep_text(line.text);
    else
      context.report->consume(line, body);
    return;
  }
  read_slub_lead(line, body, context.lead);
  if (context.lead.first_line != 0) return;
  if (const auto section = read_depot_section(body, openings); section && section->in_depot) {
    auto& trace = context.stray.start(section->role, line.number);
    section->describe(trace);
    trace.kasan = kasan_;
  }
}

std::unique_ptr<ReportBuilder> LogParser::open_report(const Line& line, std::string_view body,
                                                      Context& context) {
  auto report = open_kasan(line, body, context.lead.first_line, frames_, events_);
  // SLUB's detail stands above the ruler; another report's title came between.
  if (line.caller.inferred() && context.lead.what.empty() && body.starts_with("BUG ") &&
      stranded_.first_line != 0 && line.number - stranded_.first_line < kStrandedLines)
    context.lead = std::exchange(stranded_, {});
  if (!report) report = open_slub(line, body, context.lead, frames_, events_);
  if (report) return report;
  const auto text = trim_right(body);
  auto found = find_splat(without_tags(text));
  if (!found && context.cut_here == 0) found = find_drivers_words(text);
  if (!found) return nullptr;
  const bool follows = last_report_ != 0 && line.number - last_report_ < kPanicFollows;
  if (found->rule->consequence != Consequence::no && follows) return open_panic_tail(line, frames_, events_);
  const auto first = context.cut_here != 0 ? context.cut_here : context.lead.first_line;
  return open_splat(line, *found, first, frames_, events_);
}

std::unique_ptr<ReportBuilder> LogParser::open_untitled(const Line& line, std::string_view body,
                                                        Context& context) {
  if (body.starts_with("------------[ cut here ]") || body.starts_with("8<--- cut here ---")) {
    context.cut_here = line.number;
    context.cut_lines = 0;
    return nullptr;
  }
  const bool cpu = body.starts_with("CPU: ") && body.find(" Comm: ") != std::string_view::npos;
  const bool call = body.starts_with("Call Trace:") || body.starts_with("Call trace:");
  if (context.cut_here != 0) {
    if (cpu || call || body.starts_with("Modules linked in:"))
      return open_unrecognised(line, context.cut_here, frames_, events_);
    if (++context.cut_lines > kMessageLines) context.cut_here = 0;
    return nullptr;
  }
  if (body.starts_with("NMI backtrace for cpu ")) {
    asked_for_ = line.number;
    std::uint64_t latest = 0;
    for (const auto& [key, other] : contexts_) {
      if (&other == &context || !other.report || !other.report->asks_other_cpus()) continue;
      if (other.first_line() < latest) continue;
      latest = other.first_line();
      context.asked_by = key;
    }
    auto rest = body.substr(22);
    context.asked_cpu = take_number<std::int64_t>(rest);
    return nullptr;
  }
  if (body.starts_with("FAULT_INJECTION: ") || body.starts_with("FAULT_FLAG_ALLOW_RETRY missing ") ||
      body.starts_with("Sending NMI ") || is_task_line(body))
    asked_for_ = line.number;
  if (cpu) {
    dump_stack_ = line.number;
    dump_stack_by_ = line.caller.key();
    dump_stack_text_ = body;
  }
  const bool dumped = call && dump_stack_ != 0 && dump_stack_by_ == line.caller.key() &&
                      line.number - dump_stack_ <= kDumpStackLines;
  const bool announced = asked_for_ != 0 && line.number - asked_for_ <= kAnnouncedLines;
  if (!dumped || announced) return nullptr;
  auto report = open_unrecognised(line, dump_stack_, frames_, events_);
  auto cpu_line = line;
  cpu_line.number = dump_stack_;
  cpu_line.text = dump_stack_text_;
  report->consume(cpu_line, dump_stack_text_);
  return report;
}

// The stack of a CPU that was asked for it by an NMI; it belongs to the report of whoever asked.
bool LogParser::read_other_cpu(const Line& line, std::string_view body, Context& context) {
  const auto start = [&] { context.stray.start(Role::nmi, line.number).cpu = context.asked_cpu; };
  const auto text = trim_right(body);
  if (const auto pc = read_program_counter(text)) {
    if (!context.stray.open()) start();
    context.stray.take_pc(*pc);
    return true;
  }
  if (text.starts_with("Call Trace:") || text.starts_with("Call trace:")) {
    if (!context.stray.open()) start();
    return true;
  }
  if (context.stray.take(line.text) || text.empty() || is_register_dump(text)) return true;
  for (const std::string_view words :
       {"CPU: ", "Hardware name:", "Workqueue:", "Tainted:", "Modules linked in:"})
    if (text.starts_with(words)) return true;
  close_stray(context);
  return false;
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
  close_report(std::exchange(context.report, nullptr), context, why);
  context.inferred = context.caller.inferred();
}

void LogParser::close_report(std::unique_ptr<ReportBuilder> builder, const Context& context,
                             ReportBuilder::Close why) {
  const bool told = builder->is_told();
  auto& report = builder->close(why);
  last_report_ = std::max(last_report_, report.end_line);
  if (!told) return;
  report.demux = context.inferred ? Demux::inferred : context.caller.known() ? Demux::caller : Demux::none;
  if (report.demux == Demux::none && report.corrupted_reason.empty()) demuxer_.learn(report);
  if (report.kasan != KasanMode::unknown) kasan_ = report.kasan;
  if (report.kernel.empty()) report.kernel = release_;
  report.expected_by = provoked_.provoked_by(report, context.caller, frames_);
  sink_.on_report(std::move(report), builder->text());
}

void LogParser::close_stray(Context& context) {
  auto trace = context.stray.finish();
  const auto asked_by = std::exchange(context.asked_by, std::nullopt);
  if (!trace) return;
  if (!asked_by) return publish(*trace);
  const auto host = contexts_.find(*asked_by);
  if (host != contexts_.end() && host->second.report) host->second.report->adopt(std::move(*trace));
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
  latest_ = nullptr;
}

}  // namespace parser
