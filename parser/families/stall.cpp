// A CPU or a task that does not go on. The watchdog prints, so its own frames are passed over and the one
// that loops or sleeps is named.
#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr std::array kStallRules{
    // Of RCU's flavours for tasks: a task that never passes a quiescent state, running or asleep.
    SplatRule{{"INFO: rcu_tasks", "", R"(INFO: rcu_tasks\w* detected stalls on tasks.*)",
               "INFO: rcu_tasks detected stalls on tasks:"},
              Family::rcu_stall,
              "INFO: rcu detected stall in {F}",
              "HANG",
              Blame::hang,
              {"stall in {F}"}},
    SplatRule{{"INFO: rcu_", "", R"(INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls?.*)",
               "INFO: rcu_preempt detected stalls on CPUs/tasks:"},
              Family::rcu_stall,
              "INFO: rcu detected stall in {F}",
              "HANG",
              Blame::stall,
              {"stall in {F}"}},
    SplatRule{{"INFO: task ", " blocked ",
               R"(INFO: task .+:\d+ blocked (?:in I/O wait )?for more than \d+ seconds.*)",
               "INFO: task syz-executor.0:8412 blocked for more than 143 seconds."},
              Family::hung_task,
              "INFO: task hung in {F}",
              "HANG",
              Blame::hang,
              {"hang in {F}"}},
    SplatRule{{"INFO: task ", " can't die ", R"(INFO: task .+:\d+ can't die for more than \d+ seconds.*)",
               "INFO: task syz-executor.0:8412 can't die for more than 143 seconds."},
              Family::hung_task,
              "INFO: task can't die in {F}",
              "HANG",
              Blame::hang,
              {"hang in {F}"}},
    SplatRule{{"INFO: task ", "", R"(INFO: task .*)", "INFO: task syz-exec"},
              Family::hung_task,
              "INFO: task hung in {F}",
              "HANG",
              Blame::hang,
              {"hang in {F}"}},
    SplatRule{{"BUG: soft lockup", "", R"(BUG: soft lockup.*)",
               "BUG: soft lockup - CPU#1 stuck for 22s! [syz-executor.0:8412]"},
              Family::lockup,
              "BUG: soft lockup in {F}",
              "HANG",
              Blame::loop,
              {"stall in {F}"}},
    SplatRule{{"Watchdog detected hard LOCKUP ", "", R"(Watchdog detected hard LOCKUP on cpu.*)",
               "Watchdog detected hard LOCKUP on cpu 1"},
              Family::lockup,
              "hard lockup in {F}",
              "HANG",
              Blame::loop,
              {"stall in {F}"}},
    SplatRule{{"CPU", ": Watchdog detected hard LOCKUP ", R"(CPU\d+: Watchdog detected hard LOCKUP on cpu.*)",
               "CPU1: Watchdog detected hard LOCKUP on cpu 1"},
              Family::lockup,
              "hard lockup in {F}",
              "HANG",
              Blame::loop,
              {"stall in {F}"}},
    // powerpc
    SplatRule{{"CPU ", " hard LOCKUP ", R"(CPU \d+ (?:self-)?detected hard LOCKUP .*)",
               "CPU 2 self-detected hard LOCKUP @ foo_poll+0x2c/0x90"},
              Family::lockup,
              "hard lockup in {F}",
              "HANG",
              Blame::loop,
              {"stall in {F}"}},
    SplatRule{{"BUG: workqueue lockup", "", R"(BUG: workqueue lockup.*)",
               "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 34s!"},
              Family::lockup,
              "BUG: workqueue lockup",
              "HANG",
              Blame::nobody},
};

}  // namespace

SplatRules stall_splats() {
  return kStallRules;
}

}  // namespace parser
