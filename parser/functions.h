// What is known about kernel functions by their names: which ones only show a bug, which ones dispatch other
// people's code, and which ones wait.
#pragma once
#include <array>
#include <string_view>

namespace parser {

// "store_via_inline.constprop.0" -> "store_via_inline": what compilers append to a function they split or
// copied (gcc: .isra, .constprop, .part, .cold; clang: .llvm.<hash>, .cfi, .lto_priv).
std::string_view without_compiler_suffix(std::string_view symbol);

// Functions that are where a bug shows, never where it is: sanitizers, allocators, locks, list and string
// primitives, the way from a fault to its report.
bool is_skipped_function(std::string_view symbol);

// Whether `symbol` is one of a blank-separated list of patterns; '*' stands for any text at either end of
// one.
bool matches_any(std::string_view symbol, std::string_view patterns);

// Dispatchers: what called them is no longer about the code that runs. A loop is named by the function that
// its dispatcher called.
bool is_dispatcher(std::string_view symbol);

// KUnit: what it called is the test, whatever the test's name.
bool is_test_runner(std::string_view symbol);

// Entries by which a timer interrupt or an NMI got in the way of what ran; frames above are the watchdog's.
bool is_interrupt_entry(std::string_view symbol);

// What fault injection decides in, and prints a stack from.
bool is_fault_injection(std::string_view symbol);

// Functions in which a task sleeps for somebody else; never why it sleeps.
bool is_waiting_function(std::string_view symbol);

// Waits that are the same whoever waits: the culprit is elsewhere.
bool is_shared_wait_function(std::string_view symbol);

// "__x64_sys_rmdir" -> {"sys_rmdir"}, the name that all architectures and compilers share first, then the
// other names under which the same function is known; what is left stays empty. {symbol} for any other
// function.
using FunctionNames = std::array<std::string_view, 3>;
FunctionNames names_of(std::string_view symbol);

}  // namespace parser
