#include "parser/report_builder.h"

#include <algorithm>
#include <array>

#include "parser/depot_sections.h"
#include "parser/kernel_release.h"
#include "parser/scan.h"

namespace parser {
namespace {

// arm until about v6.11 printed the frames without a line above them: " unwind_backtrace from
// show_stack+0x10/0x14"
bool is_headless_backtrace(std::string_view body) {
  if (body.starts_with("[<")) body.remove_prefix(std::min(body.find("] ") + 2, body.size()));
  return body.starts_with("unwind_backtrace from ") || body.starts_with("(unwind_backtrace) from ");
}

}  // namespace

bool is_register_dump(std::string_view body) {
  static constexpr std::array<std::string_view, 34> kStarts{
      "RIP:", "Code:", "RSP:",    "RAX:", "RDX:", "RBP:", "R10:", "R13:", "FS:", "CS:",     "CR2:", "DR0:",
      "DR3:", "PKRU:", "pstate:", "pc :", "lr :", "sp :", "x29:", "x2",   "x1",  "x0",      "x3",   "x6",
      "x8",   "x5",    "x4",      "x7",   "x9",   "EIP:", "EAX:", "ESI:", "DS:", "ORIG_RAX"};
  return starts_with_any(body, kStarts);
}

void ReportBuilder::start_trace(Trace trace) {
  end_trace();
  if (trace.role == Role::call) saw_call_trace_ = true;
  trace.kasan = report_.kasan;
  collector_.start(std::move(trace));
}

void ReportBuilder::end_trace() {
  auto trace = collector_.finish();
  if (!trace) return;
  events_.on_trace(*trace);
  if (report_.traces.size() < Report::kMaxTraces)
    report_.traces.push_back(std::move(*trace));
  else
    ++report_.traces_left_out;
}

void ReportBuilder::read_cpu(const Line& line, std::string_view body) {
  const auto cpu = read_cpu_line(body);
  if (!cpu || !report_.comm.empty()) return;
  report_.cpu = cpu->cpu;
  report_.pid = cpu->pid;
  report_.comm = cpu->comm;
  report_.kernel = cpu->release;
  events_.on_release(cpu->release, line.number);
}

void ReportBuilder::keep_text(const Line& line) {
  if (!events_.keep_text || report_.text.size() + line.text.size() >= Report::kMaxText) return;
  report_.text.append(line.text).append(1, '\n');
  if (!trim_left(line.text).empty()) text_end_ = report_.text.size();
}

void ReportBuilder::set_time(const Line& line, std::string_view raw) {
  report_.time_us = line.time_us;
  report_.wall_time = read_wall_time(raw);
}

ReportBuilder::Answer ReportBuilder::consume(const Line& line) {
  const auto answer = take(line);
  if (answer == Answer::taken || answer == Answer::last) keep_text(line);
  return answer;
}

ReportBuilder::Answer ReportBuilder::take(const Line& line) {
  const auto body = trim_right(trim_left(line.text));
  Answer answer = Answer::taken;
  if (!saw_call_trace_ && is_headless_backtrace(body)) {
    Trace call;
    call.line = line.number;
    start_trace(std::move(call));
  }
  if (collector_.take(line.text)) {
    // A frame of the open trace. If a line of somebody else's came before it, nobody knows whose this one is.
    mixed_ = mixed_ || (unknown_run_ > 0 && collector_.open_in_depot());
  } else if (body.empty()) {
    if (collector_.open_in_depot()) end_trace();
    // A blank line is part of the report only if more of it follows.
    return Answer::taken;
  } else if (auto trace = open_depot_trace(body, line.number)) {
    start_trace(std::move(*trace));
  } else if (body.starts_with("Call Trace:") || body.starts_with("Call trace:") ||
             body.starts_with("Backtrace:") ||
             // x86 until v4.9 printed raw stack words piecemeal; the header may end up behind them.
             (body.ends_with("Call Trace:") && is_hex(body.front()))) {
    Trace call;
    call.line = line.number;
    start_trace(std::move(call));
  } else if (collector_.open() && !collector_.open_in_depot() && is_register_dump(body)) {
    // stays open: frames of an interrupted context may follow
  } else {
    if (body.starts_with("CPU: ")) read_cpu(line, body);
    answer = read(line, body);
    if (answer == Answer::taken && collector_.open_in_depot() && !body.starts_with("PID = ")) end_trace();
    // A section of the report ends the call trace: " lab_global+0x24/0x40 [labmod]" under "belongs to the
    // variable:" is no frame. Lines that the family does not know end nothing, they may be anyone's.
    if (answer == Answer::taken && !collector_.open_in_depot()) end_trace();
  }

  if (answer == Answer::unknown) {
    if (++unknown_run_ > kPatience) return Answer::foreign;
  } else if (answer != Answer::foreign) {
    unknown_run_ = 0;
    report_.end_line = line.number;
  }
  return answer;
}

Report ReportBuilder::close(Close why) {
  end_trace();
  report_.text.resize(text_end_);
  report_.corrupted_reason = damage(why);
  if (report_.corrupted_reason.empty() && mixed_)
    report_.corrupted_reason = "lines of others stand among the frames of a stack";
  return std::move(report_);
}

}  // namespace parser
