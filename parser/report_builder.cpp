#include "parser/report_builder.h"

#include <algorithm>
#include <array>

#include "parser/depot_sections.h"
#include "parser/dumped_object.h"
#include "parser/kernel_release.h"
#include "parser/program_counter.h"
#include "parser/scan.h"

namespace parser {
namespace {

// arm until about v6.11 printed the frames without a line above them: " unwind_backtrace from
// show_stack+0x10/0x14"
bool is_headless_backtrace(std::string_view body) {
  if (body.empty() || (body[0] != '[' && body[0] != 'u' && body[0] != '(')) return false;
  body = trim_right(body);
  if (body.starts_with("[<")) body.remove_prefix(std::min(body.find("] ") + 2, body.size()));
  return body.starts_with("unwind_backtrace from ") || body.starts_with("(unwind_backtrace) from ");
}

// x86 until v4.9 printed raw stack words piecemeal; the header may end up behind them.
bool ends_stack_words(std::string_view body) {
  return body.back() == ':' && is_hex(body.front()) && body.ends_with("Call Trace:");
}

bool announces_live_stack(std::string_view body) {
  return body.starts_with("Call Trace:") || body.starts_with("Call trace:") ||
         body.starts_with("Backtrace:") || ends_stack_words(body);
}

// Before v5.11 a task was printed as "rcu_sched       R  running task    22584     9      2 0x80000000" or
// "syz-executor5   D25632 16813   4568 0x00000004".
inline bool is_old_task_line(std::string_view body) {
  static constexpr Characters kStates("RSDTtXZPIKWN");
  return body.size() >= 40 && body[15] == ' ' && kStates.has(body[16]) &&
         (body[17] == ' ' || is_digit(body[17])) && body.find(" 0x") != std::string_view::npos;
}

// Cheap: whether take_live_stack() is worth a call.
bool may_be_of_live_stack(std::string_view body, Openings openings) {
  return (openings & kLiveOpening) != 0 || ends_stack_words(body) || is_old_task_line(body);
}

}  // namespace

bool is_task_line(std::string_view body) {
  return (body.starts_with("task:") && body.find(" state:") != std::string_view::npos) ||
         is_old_task_line(body);
}

bool is_register_dump(std::string_view body, Openings openings) {
  if ((openings & kRegisterOpening) != 0) return true;
  // arm: "3f00: 20b35644 7effffff", "r7:81d67c90 r6:82222b24"
  if (body.size() > 5 && body[4] == ':' && std::all_of(body.begin(), body.begin() + 4, is_hex)) return true;
  return body.size() > 10 && body.front() == 'r' && is_digit(body[1]) && body.find(':') <= 3;
}

// Not inlined, like its destructor: a report has many parts, and reports of all families share the code.
ReportBuilder::ReportBuilder(FrameTable& frames, const Events& events)
    : frames_(frames),
      collector_(frames),
      events_(events),
      text_(events.texts != nullptr ? events.texts->take() : nullptr) {}
ReportBuilder::~ReportBuilder() {
  if (text_) events_.texts->give(std::move(text_));
}

Trace& ReportBuilder::start_trace(Role role, const Line& line) {
  end_trace();
  begun_ = true;
  auto& trace = collector_.start(role, line.number);
  trace.kasan = report_.kasan;
  return trace;
}

void ReportBuilder::close_trace() {
  if (auto& trace = *collector_.current(); !trace.frames.empty()) adopt(std::move(trace));
  collector_.drop();
}

void ReportBuilder::adopt(Trace&& trace) {
  events_.on_trace(trace);
  constexpr std::size_t kMostHave = 4;  // traces
  if (report_.traces.empty()) report_.traces.reserve(kMostHave);
  if (report_.traces.size() < Report::kMaxTraces)
    report_.traces.push_back(std::move(trace));
  else
    ++report_.traces_left_out;
}

void ReportBuilder::read_cpu(const Line& line, std::string_view body) {
  if (!report_.comm.empty()) return;
  const auto cpu = read_cpu_line(body);
  if (!cpu) return;
  report_.cpu = cpu->cpu;
  report_.pid = cpu->pid;
  report_.comm = cpu->comm;
  report_.kernel = cpu->release;
  events_.on_release(cpu->release, line.number);
}

void ReportBuilder::start_live(const Line& line) {
  start_trace(next_role_, line).cpu = next_cpu_;
  next_role_ = Role::call;
  next_cpu_.reset();
}

bool ReportBuilder::take_live_stack(const Line& line, std::string_view body) {
  if (const auto pc = read_program_counter(body)) {
    // Registers stand above the call trace, and again inside it where an interrupt came.
    if (!collector_.open() || collector_.open_stored()) start_live(line);
    collector_.take_pc(*pc);
    return true;
  }
  if (announces_live_stack(body)) {
    if (!collector_.only_pc()) start_live(line);
    saw_call_trace_ = true;
    return true;
  }
  auto rest = body;
  if (skip(rest, "NMI backtrace for cpu ")) {
    end_trace();
    next_role_ = Role::nmi;
    next_cpu_ = take_number<std::int64_t>(rest);
    return true;
  }
  if (is_task_line(body)) {
    end_trace();
    next_role_ = Role::task;
    next_cpu_.reset();
    return true;
  }
  return false;
}

void ReportBuilder::set_time(const Line& line) {
  report_.time_us = line.time.micros();
  report_.wall_time = read_wall_time(line.raw);
}

ReportBuilder::Answer ReportBuilder::consume(const Line& line, std::string_view body) {
  if (!collector_.open() && is_headless_backtrace(body)) {
    start_live(line);
    saw_call_trace_ = true;
  }
  if (collector_.take(line.text)) {
    own_frame(line.text, line.number);
    return Answer::taken;
  }
  begun_ = false;
  const auto answer = take_other(line, trim_right(body));
  if (answer == Answer::taken || answer == Answer::last) keep_text(line.text);
  return answer;
}

bool ReportBuilder::consume_expected(const Line& line) {
  if (!collector_.take_expected(line.text)) return false;
  own_frame(line.text, line.number);
  return true;
}

bool ReportBuilder::take_section(const Line& line, std::string_view body, Openings openings) {
  const auto section = read_depot_section(body, openings);
  if (!section) return false;
  auto& trace = start_trace(section->role, line);
  section->describe(trace);
  const bool object = may_tell_object(body);
  if (object || body == "Free path:") trace.in_depot = dumps_depot_stacks(report_.kernel);
  if (object && !report_.object) report_.object = read_dumped_object(body);
  return true;
}

ReportBuilder::Answer ReportBuilder::take_other(const Line& line, std::string_view body) {
  if (body.empty()) {
    if (collector_.open_stored()) end_trace();
    // A blank line is part of the report only if more of it follows.
    return Answer::taken;
  }
  const auto openings = openings_of(body);
  auto answer = Answer::taken;
  if ((openings & kDepotOpening) != 0 && take_section(line, body, openings)) {
    // A stack is open.
  } else if (may_be_of_live_stack(body, openings) && take_live_stack(line, body)) {
    // A stack is open, or about to be.
  } else if (collector_.open() && !collector_.open_stored() && is_register_dump(body, openings)) {
    // stays open: frames of an interrupted context may follow
  } else {
    if (body.starts_with("CPU: ")) read_cpu(line, body);
    answer = read(line, body, openings);
    // A section of the report ends the stack above it: " lab_global+0x24/0x40 [labmod]" under "belongs to the
    // variable:" is no frame. Lines that the family does not know end nothing, they may be anyone's.
    if (answer == Answer::taken && !begun_ && !collector_.only_pc() && !body.starts_with("PID = "))
      end_trace();
  }

  if (answer == Answer::unknown) {
    if (++unknown_run_ > patience()) return Answer::foreign;
  } else if (answer != Answer::foreign && answer != Answer::aside) {
    unknown_run_ = 0;
    report_.end_line = line.number;
  }
  return answer;
}

Report& ReportBuilder::close(Close why) {
  end_trace();
  name();
  report_.corrupted_reason = damage(why);
  if (report_.corrupted_reason.empty() && mixed_)
    report_.corrupted_reason = "lines of others stand among the frames of a stack";
  if (report_.corrupted_reason.empty() && doubted_)
    report_.corrupted_reason = "printed at the same time as another report: a frame may be that one's";
  return report_;
}

}  // namespace parser
