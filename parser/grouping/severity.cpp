#include "parser/grouping/severity.h"

#include <algorithm>
#include <array>
#include <optional>

namespace parser {
namespace {

constexpr Severity kCorruption{10, "memory corruption", "memory that belongs to others was written or freed"};
constexpr Severity kUseAfterFree{9, "use after free",
                                 "stale memory was read; who gets it next decides what it holds"};
constexpr Severity kOutOfBounds{8, "out-of-bounds read", "memory beyond an object was read, and may leak"};
constexpr Severity kMemorySafety{7, "memory safety",
                                 "counts, pages, stacks or pointers are wrong; corruption is near"};
constexpr Severity kUninitialised{6, "uninitialised memory", "what lay there before decides, or leaks"};
constexpr Severity kUndefined{
    5, "undefined behaviour",
    "a data race or undefined operation; what happens is up to compiler and timing"};
constexpr Severity kCrash{4, "crash", "the task or the machine stops, memory stays as it was"};
constexpr Severity kUnrecognised{4, "unrecognised", "no rule knows this splat, so a person must look"};
constexpr Severity kLocking{3, "locking", "a deadlock is possible under the right timing"};
constexpr Severity kWarning{2, "warning", "an assumption of the code does not hold; the kernel goes on"};
constexpr Severity kLeak{2, "leak", "memory or references are never given back"};
constexpr Severity kHang{1, "hang", "something waits too long; often load and not a bug"};
constexpr Severity kHarness{1, "harness", "said by the tests or the machine, not about kernel memory"};

bool has(std::string_view type, std::string_view word) {
  return type.find(word) != std::string_view::npos;
}

// Kinds of the detectors that tell reads from writes: KASAN and KFENCE.
Severity of_access(std::string_view type) {
  if (has(type, "NULL-POINTER")) return kCrash;
  if (has(type, "WRITE") || has(type, "INVALID-FREE") || has(type, "MEMORY-CORRUPTION")) return kCorruption;
  if (has(type, "USE-AFTER-FREE")) return kUseAfterFree;
  return kOutOfBounds;
}

// By the kind alone: one kind may be told by several families.
std::optional<Severity> of_type(std::string_view type) {
  struct Row {
    std::string_view type;
    Severity severity;
  };
  static constexpr std::array<Row, 8> kRows{{{"REFCOUNT_WARNING", kMemorySafety},
                                             {"NULL-POINTER-DEREFERENCE", kCrash},
                                             {"LOCKDEP", kLocking},
                                             {"ATOMIC_SLEEP", kLocking},
                                             {"LEAK", kLeak},
                                             {"HANG", kHang},
                                             {"UBSAN", kUndefined},
                                             {"SYZ_FAILURE", kHarness}}};
  for (const auto& row : kRows)
    if (row.type == type) return row.severity;
  return std::nullopt;
}

}  // namespace

Severity severity_of(Family family, std::string_view type) {
  switch (family) {
    case Family::kasan:
    case Family::kfence:
      return of_access(type);
    case Family::slub:
    case Family::list:
      return kCorruption;
    case Family::kmsan:
      return kUninitialised;
    case Family::kcsan:
    case Family::ubsan:
      return kUndefined;
    case Family::refcount:
    case Family::bad_page:
    case Family::stack_overflow:
      return kMemorySafety;
    case Family::kmemleak:
    case Family::unregister_netdevice:
    case Family::busy_inodes:
      return kLeak;
    case Family::lockdep:
    case Family::atomic:
      return kLocking;
    case Family::rcu_stall:
    case Family::hung_task:
    case Family::lockup:
      return kHang;
    case Family::oom:
    case Family::reboot:
    case Family::harness:
      return kHarness;
    case Family::oops:
      if (type == "MEMORY_SAFETY_BUG") return kMemorySafety;
      break;
    case Family::unrecognised:
      return kUnrecognised;
    case Family::warning:
    case Family::bug:
    case Family::panic:
      break;
  }
  if (const auto severity = of_type(type)) return *severity;
  return family == Family::warning ? kWarning : kCrash;
}

}  // namespace parser
