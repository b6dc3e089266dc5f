// What lockdep and its neighbours say. v4.13 changed "INFO:" and "[ ... ]" to "WARNING: ..."; the old words
// come with their own titles where the corpora keep them apart.
#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr SplatRule deadlock(Rule rule) {
  SplatRule splat{rule, Family::lockdep, "possible deadlock in {F}", "LOCKDEP", Blame::stack};
  splat.plain_if_untraced = true;
  return splat;
}

// The lock that is taken is one of many; the handler that took it first is the bug's.
constexpr SplatRule irq_order(Rule rule) {
  auto splat = deadlock(rule);
  splat.blame = Blame::first_lock;
  return splat;
}

constexpr SplatRule held(Rule rule, std::string_view title) {
  return {rule, Family::lockdep, title, "LOCKDEP", Blame::stack};
}

// Walkers of lists that RCU protects, and the slab under one: whoever called them should hold the lock.
constexpr std::string_view kRcuReaders = "*rcu* *kmem* *slab*";

constexpr SplatRule unprotected(Rule rule, std::string_view title, std::string_view type) {
  return {rule, Family::lockdep, title, type, Blame::stack, {}, 0, kRcuReaders};
}

constexpr std::array kLockdepRules{
    deadlock({"WARNING: possible circular locking ", "",
              R"(WARNING: possible circular locking dependency detected.*)",
              "WARNING: possible circular locking dependency detected"}),
    deadlock({"WARNING: possible recursive locking ", "", R"(WARNING: possible recursive locking detected.*)",
              "WARNING: possible recursive locking detected"}),
    deadlock({"WARNING: possible irq lock inversion ", "",
              R"(WARNING: possible irq lock inversion dependency detected.*)",
              "WARNING: possible irq lock inversion dependency detected"}),
    irq_order({"WARNING: ", "-safe -> ", R"(WARNING: [A-Z_]+-safe -> [A-Z_]+-unsafe lock order detected.*)",
               "WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected"}),
    deadlock({"INFO: possible circular locking ", "",
              R"(INFO: possible circular locking dependency detected.*)",
              "INFO: possible circular locking dependency detected ]"}),
    deadlock({"INFO: possible recursive locking ", "", R"(INFO: possible recursive locking detected.*)",
              "INFO: possible recursive locking detected ]"}),
    deadlock({"INFO: possible irq lock inversion ", "",
              R"(INFO: possible irq lock inversion dependency detected.*)",
              "INFO: possible irq lock inversion dependency detected ]"}),
    irq_order({"INFO: ", "-safe -> ", R"(INFO: [A-Z_]+-safe -> [A-Z_]+-unsafe lock order detected.*)",
               "INFO: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected ]"}),
    held({"WARNING: inconsistent lock state", "", R"(WARNING: inconsistent lock state.*)",
          "WARNING: inconsistent lock state"},
         "inconsistent lock state in {F}"),
    held({"INFO: inconsistent lock state", "", R"(INFO: inconsistent lock state.*)",
          "INFO: inconsistent lock state ]"},
         "inconsistent lock state in {F}"),
    unprotected({"WARNING: suspicious RCU usage", "", R"(WARNING: suspicious RCU usage.*)",
                 "WARNING: suspicious RCU usage"},
                "WARNING: suspicious RCU usage in {F}", "LOCKDEP"),
    unprotected({"INFO: suspicious RCU usage", "", R"(INFO: suspicious RCU usage.*)",
                 "INFO: suspicious RCU usage. ]"},
                "INFO: suspicious RCU usage in {F}", ""),
    held({"WARNING: bad unlock balance ", "", R"(WARNING: bad unlock balance detected.*)",
          "WARNING: bad unlock balance detected!"},
         "WARNING: bad unlock balance in {F}"),
    held({"BUG: bad unlock balance ", "", R"(BUG: bad unlock balance detected.*)",
          "BUG: bad unlock balance detected! ]"},
         "BUG: bad unlock balance in {F}"),
    held({"WARNING: bad contention ", "", R"(WARNING: bad contention detected.*)",
          "WARNING: bad contention detected!"},
         "WARNING: bad contention in {F}"),
    held({"WARNING: held lock freed", "", R"(WARNING: held lock freed.*)", "WARNING: held lock freed!"},
         "WARNING: held lock freed in {F}"),
    held({"BUG: held lock freed", "", R"(BUG: held lock freed.*)", "BUG: held lock freed! ]"},
         "BUG: held lock freed in {F}"),
    held({"WARNING: lock held when returning ", "", R"(WARNING: lock held when returning to user space.*)",
          "WARNING: lock held when returning to user space!"},
         "WARNING: lock held when returning to user space in {F}"),
    held({"BUG: lock held when returning ", "", R"(BUG: lock held when returning to user space.*)",
          "BUG: lock held when returning to user space! ]"},
         "BUG: lock held when returning to user space in {F}"),
    held({"WARNING: ", " still has locks held", R"(WARNING: .* still has locks held!.*)",
          "WARNING: syz-executor.0/24093 still has locks held!"},
         "WARNING: still has locks held in {F}"),
    held({"BUG: ", " still has locks held", R"(BUG: .* still has locks held!.*)",
          "BUG: syz-executor0/8012 still has locks held! ]"},
         "BUG: still has locks held in {F}"),
    held({"WARNING: Nested lock was not ", "", R"(WARNING: Nested lock was not taken.*)",
          "WARNING: Nested lock was not taken"},
         "WARNING: nested lock was not taken in {F}"),
    held({"BUG: Invalid wait context", "", R"(BUG: Invalid wait context.*)", "BUG: Invalid wait context ]"},
         "BUG: Invalid wait context in {F}"),
    held({"WARNING: Invalid wait context", "", R"(WARNING: Invalid wait context.*)",
          "WARNING: Invalid wait context"},
         "WARNING: invalid wait context in {F}"),
    held(
        {"BUG: spinlock ", "",
         R"(BUG: spinlock (lockup suspected|bad magic|recursion|already unlocked|wrong CPU|wrong owner|cpu recursion).*)",
         "BUG: spinlock bad magic on CPU#0, swapper/0/1"},
        "BUG: spinlock {1} in {F}"),
    held({"BUG: rwlock ", "", R"(BUG: rwlock ([a-z -]+?)(?: on CPU.*|,.*)?)",
          "BUG: rwlock bad magic on CPU#0, foo/1"},
         "BUG: rwlock {1} in {F}"),
    SplatRule{{"INFO: trying to register non-static key", "", R"(INFO: trying to register non-static key.*)",
               "INFO: trying to register non-static key."},
              Family::lockdep,
              "INFO: trying to register non-static key in {F}",
              "",
              Blame::stack,
              {},
              0,
              "flush_work*"},
    SplatRule{
        {"BUG: MAX_LOCKDEP_", "", R"(BUG: (MAX_LOCKDEP_\w+) too low!.*)", "BUG: MAX_LOCKDEP_CHAINS too low!"},
        Family::lockdep,
        "BUG: {1} too low!",
        "",
        Blame::nobody},
    SplatRule{
        {"BUG: MAX_LOCK_DEPTH ", "", R"(BUG: MAX_LOCK_DEPTH too low!.*)", "BUG: MAX_LOCK_DEPTH too low!"},
        Family::lockdep,
        "BUG: MAX_LOCK_DEPTH too low!",
        "",
        Blame::nobody},
};

}  // namespace

SplatRules lockdep_splats() {
  return kLockdepRules;
}

}  // namespace parser
