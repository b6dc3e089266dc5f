#include "parser/blame.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "parser/functions.h"
#include "parser/scan.h"

namespace parser {
namespace {

// Reliable frames of functions, innermost first.
std::vector<FrameId> functions_of(const Trace& trace, const FrameTable& frames) {
  std::vector<FrameId> functions;
  functions.reserve(trace.frames.size());
  for (const auto& ref : trace.frames)
    if (ref.reliable && frames.has_function(ref.frame)) functions.push_back(ref.frame);
  return functions;
}

// The first function that no helper is; of a test the one that its runner called.
std::string_view first_of(const Trace& trace, const FrameTable& frames, std::string_view skip) {
  std::optional<FrameId> callee;
  for (const auto& ref : trace.frames) {
    if (!ref.reliable || !frames.has_function(ref.frame)) continue;
    if (!frames.is_helper(ref.frame))
      if (const auto symbol = frames.function(ref.frame); !matches_any(symbol, skip))
        return callee && is_test_runner(symbol) ? frames.function(*callee) : symbol;
    callee = ref.frame;
  }
  return {};
}

// Frames of RCU's own are what noticed the stall.
constexpr std::string_view kRcu = "*rcu*";

// What user space may run into at any instruction; below it in the kernel a dispatcher stands.
constexpr std::string_view kUserFaults = "*page_fault el0_da* el0_ia*";

// A timer's interrupt found the loop: what it interrupted stands below its entry. A stack that reaches no
// entry of the kernel is cut: its outermost function is any that happened to run.
std::string_view stalled_function(std::span<const FrameId> functions, const FrameTable& frames) {
  std::string_view before;
  if (functions.size() < 2) return {};
  for (const auto id : functions) {
    const auto symbol = frames.function(id);
    // Waiting for other CPUs is no loop of the caller's: all such stalls are one.
    if (symbol.find("smp_call_function") != std::string_view::npos) return symbol;
    if (frames.is_dispatcher(id)) return before;
    if (!frames.is_helper(id) && !frames.is_interrupt_entry(id) && !matches_any(symbol, kRcu))
      before = symbol;
  }
  return matches_any(frames.function(functions.back()), kUserFaults) ? before : "";
}

// What the timer's interrupt interrupted. An NMI needs none, nor where the registers stand on top.
std::span<const FrameId> below_interrupt(std::span<const FrameId> functions, const Trace& trace,
                                         const FrameTable& frames) {
  const auto is_entry = [&frames](FrameId id) { return frames.is_interrupt_entry(id); };
  auto entry = std::find_if(functions.begin(), functions.end(), is_entry);
  const bool whole = trace.role == Role::nmi || trace.frames.front().pc;
  if (entry == functions.end() && whole) return functions;
  while (entry != functions.end() && is_entry(*entry)) ++entry;
  return functions.subspan(static_cast<std::size_t>(entry - functions.begin()));
}

std::string_view sleeping_function(std::span<const FrameId> functions, const FrameTable& frames) {
  // These are bugs of their own, not of each caller.
  for (const auto id : functions)
    if (frames.is_shared_wait(id)) return frames.function(id);
  for (const auto id : functions)
    if (!frames.is_helper(id) && !frames.is_waiting(id)) return frames.function(id);
  return {};
}

// Lockdep names who takes a lock: only the primitives themselves, and the workqueue's loop, say nothing.
constexpr std::string_view kTakesLocks =
    "raw_spin* raw_read* raw_write* do_raw_* spin_lock* spin_trylock* read_lock* write_lock* mutex_* "
    "*rt_mutex* down "
    "down_* up up_* percpu_down* lock_acquire* lock_sock_nested lock_task_sighand process_one_work "
    "worker_thread "
    "rcu_lock_* seq_lock* might_* ww_mutex*";

bool is_passed_over(const Report& report, const FrameTable& frames, std::string_view name) {
  if (report.family == Family::lockdep) return matches_any(name, kTakesLocks);
  // Mostly it stands near the top of the first stack, and of a frame it is known.
  if (!report.traces.empty())
    for (const auto& ref : report.traces.front().frames)
      if (frames.function(ref.frame) == name) return frames.is_helper(ref.frame);
  return is_skipped_function(name);
}

std::string_view named_by_stack(Blame blame, const Trace& trace, const FrameTable& frames,
                                std::string_view skip) {
  switch (blame) {
    case Blame::stall: {
      const auto functions = functions_of(trace, frames);
      return stalled_function(below_interrupt(functions, trace, frames), frames);
    }
    case Blame::loop:
      return stalled_function(functions_of(trace, frames), frames);
    case Blame::hang:
      return sleeping_function(functions_of(trace, frames), frames);
    default:
      return first_of(trace, frames, skip);
  }
}

bool serves(Blame blame, Role role) {
  switch (blame) {
    case Blame::leak:
      return role == Role::kmemleak;
    case Blame::stall:
    case Blame::loop:
      return is_live(role);
    case Blame::hang:
      return role == Role::call || role == Role::task;
    case Blame::first_lock:
      return role == Role::lock;
    case Blame::stack:
    case Blame::page_owner:
    case Blame::nobody:
      break;
  }
  return role == Role::call;
}

}  // namespace

bool holds_fault_injection(const Report& report, const FrameTable& frames) {
  const auto first = std::find_if(report.traces.begin(), report.traces.end(),
                                  [](const Trace& trace) { return is_live(trace.role); });
  if (first == report.traces.end()) return false;
  for (const auto& ref : first->frames) {
    if (!ref.reliable || !frames.has_function(ref.frame)) continue;
    if (!frames.is_helper(ref.frame)) break;  // those of fault injection are
    if (frames.is_fault_injection(ref.frame)) return true;
  }
  return false;
}

std::string_view symbol_of(std::string_view location) {
  location = trim_left(location);
  if (is_inlined(location)) return {};
  if (location.starts_with("[<")) {
    const auto end = location.find("] ");
    if (end == std::string_view::npos) return {};
    location = trim_left(location.substr(end + 2));
  }
  if (location.starts_with("0x") || location.starts_with("[<")) return {};
  const auto* end =
      std::find_if(location.begin(), location.end(), [](char c) { return c == '+' || c == ' ' || c == '('; });
  return without_compiler_suffix(location.substr(0, static_cast<std::size_t>(end - location.begin())));
}

std::string guilty_function(Blame blame, const Report& report, const FrameTable& frames,
                            std::span<const std::string> named, std::string_view skip) {
  if (blame == Blame::nobody) return {};
  if (blame == Blame::page_owner) {
    // Whoever frees the page, or is given it next, only finds its state.
    for (const auto& trace : report.traces)
      if (trace.role == Role::page_alloc)
        if (const auto found = first_of(trace, frames, skip); !found.empty()) return std::string(found);
    return {};
  }
  for (const auto& name : named)
    if (!name.empty() && !is_passed_over(report, frames, name) && !matches_any(name, skip)) return name;
  for (const auto& trace : report.traces) {
    if (!serves(blame, trace.role)) continue;
    const auto found = named_by_stack(blame, trace, frames, skip);
    if (!found.empty()) return std::string(found);
  }
  // Lockdep's own line and stack may name nothing but a worker; the chain of locks tells more.
  if (report.family == Family::lockdep)
    for (const auto& trace : report.traces)
      if (trace.role == Role::lock)
        if (const auto found = first_of(trace, frames, skip); !found.empty()) return std::string(found);
  return {};
}

}  // namespace parser
