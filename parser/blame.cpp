#include "parser/blame.h"

#include <algorithm>
#include <vector>

#include "parser/functions.h"
#include "parser/scan.h"

namespace parser {
namespace {

// Reliable frames' functions, innermost first.
std::vector<std::string_view> functions_of(const Trace& trace, const FrameTable& frames) {
  std::vector<std::string_view> symbols;
  for (const auto& ref : trace.frames) {
    const auto& frame = frames[ref.frame];
    if (ref.reliable && !frame.symbol.empty()) symbols.push_back(without_compiler_suffix(frame.symbol));
  }
  return symbols;
}

std::string first_of(const std::vector<std::string_view>& symbols, std::string_view skip) {
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (is_skipped_function(symbols[i]) || matches_any(symbols[i], skip)) continue;
    return std::string(symbols[i > 0 && is_test_runner(symbols[i]) ? i - 1 : i]);
  }
  return {};
}

// Frames of RCU's own are what noticed the stall.
constexpr std::string_view kRcu = "*rcu*";

// A timer's interrupt found the loop: what it interrupted stands below its entry.
std::string stalled_function(std::span<const std::string_view> symbols) {
  std::string before;
  if (symbols.size() < 2) return {};
  for (const auto symbol : symbols) {
    // Waiting for other CPUs is no loop of the caller's: all such stalls are one.
    if (symbol.find("smp_call_function") != std::string_view::npos) return std::string(symbol);
    if (is_dispatcher(symbol)) break;
    if (!is_skipped_function(symbol) && !is_interrupt_entry(symbol) && !matches_any(symbol, kRcu))
      before = symbol;
  }
  return before;
}

// What the timer's interrupt interrupted. An NMI needs none, nor where the registers stand on top.
std::span<const std::string_view> below_interrupt(std::span<const std::string_view> symbols,
                                                  const Trace& trace) {
  auto entry = std::find_if(symbols.begin(), symbols.end(), is_interrupt_entry);
  const bool whole = trace.role == Role::nmi || trace.frames.front().pc;
  if (entry == symbols.end() && whole) return symbols;
  while (entry != symbols.end() && is_interrupt_entry(*entry)) ++entry;
  return symbols.subspan(static_cast<std::size_t>(entry - symbols.begin()));
}

std::string sleeping_function(const std::vector<std::string_view>& symbols) {
  // Whoever waits there, the culprit is elsewhere: these are bugs of their own, not of each caller.
  for (const auto symbol : symbols)
    for (const std::string_view everybodys :
         {"rtnl_lock", "synchronize_rcu", "synchronize_srcu", "synchronize_net", "synchronize_sched"})
      if (symbol.find(everybodys) != std::string_view::npos) return std::string(symbol);
  for (const auto symbol : symbols)
    if (!is_waiting_function(symbol) && !is_skipped_function(symbol)) return std::string(symbol);
  return {};
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
  for (const auto symbol : functions_of(*first, frames)) {
    if (symbol.starts_with("should_fail")) return true;
    if (!is_skipped_function(symbol)) break;
  }
  return false;
}

std::string_view symbol_of(std::string_view location) {
  location = trim_left(location);
  if (location.starts_with("0x") || location.starts_with("[<")) return {};
  return without_compiler_suffix(location.substr(0, location.find_first_of("+ (")));
}

std::string guilty_function(Blame blame, const Report& report, const FrameTable& frames,
                            std::span<const std::string> named, std::string_view skip) {
  if (blame == Blame::nobody) return {};
  if (blame == Blame::page_owner) {
    for (const auto& trace : report.traces)
      if (trace.role == Role::page_alloc)
        if (auto found = first_of(functions_of(trace, frames), skip); !found.empty()) return found;
  }
  for (const auto& name : named)
    if (const auto found = first_of({name}, skip); !found.empty()) return found;
  for (const auto& trace : report.traces) {
    if (!serves(blame, trace.role)) continue;
    const auto symbols = functions_of(trace, frames);
    auto found = blame == Blame::stall  ? stalled_function(below_interrupt(symbols, trace))
                 : blame == Blame::loop ? stalled_function(symbols)
                 : blame == Blame::hang ? sleeping_function(symbols)
                                        : first_of(symbols, skip);
    if (!found.empty()) return found;
  }
  // Lockdep's own line and stack may name nothing but a worker; the chain of locks tells more.
  if (report.family == Family::lockdep)
    for (const auto& trace : report.traces)
      if (trace.role == Role::lock)
        if (auto found = first_of(functions_of(trace, frames), skip); !found.empty()) return found;
  return {};
}

}  // namespace parser
