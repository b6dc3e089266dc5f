#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr SplatRule plain(Rule rule, std::string_view title) {
  return {rule, Family::panic, title, "DoS", Blame::nobody};
}

constexpr SplatRule after(Rule rule, std::string_view title) {
  auto panic = plain(rule, title);
  panic.consequence = Consequence::always;
  return panic;
}

constexpr std::array kPanicRules{
    // These end what another report began.
    after({"Kernel panic - not syncing: Fatal ", "", R"(Kernel panic - not syncing: (Fatal exception).*)",
           "Kernel panic - not syncing: Fatal exception"},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: ", "_on_warn set",
           R"(Kernel panic - not syncing: (?:[^p ]\w*: )?(panic_on_warn set).*)",
           "Kernel panic - not syncing: panic_on_warn set ..."},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: hung_task", "",
           R"(Kernel panic - not syncing: (hung_task: blocked tasks).*)",
           "Kernel panic - not syncing: hung_task: blocked tasks"},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: softlockup", "",
           R"(Kernel panic - not syncing: (softlockup: hung tasks).*)",
           "Kernel panic - not syncing: softlockup: hung tasks"},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: RCU Stall", "", R"(Kernel panic - not syncing: (RCU Stall).*)",
           "Kernel panic - not syncing: RCU Stall"},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: Hard LOCKUP", "", R"(Kernel panic - not syncing: (Hard LOCKUP).*)",
           "Kernel panic - not syncing: Hard LOCKUP"},
          "kernel panic: {1}"),
    after({"Kernel panic - not syncing: Machine halted", "",
           R"(Kernel panic - not syncing: (Machine halted)\..*)",
           "Kernel panic - not syncing: Machine halted."},
          "kernel panic: {1}"),
    // arm64's die() puts its own words first
    after({"Kernel panic - not syncing: ", ": Fatal exception", R"(Kernel panic - not syncing: (.+))",
           "Kernel panic - not syncing: Oops: Fatal exception"},
          "kernel panic: {1}"),
    SplatRule{{"Kernel panic - not syncing: corrupted stack ", "",
               R"(Kernel panic - not syncing: corrupted stack end detected inside scheduler.*)",
               "Kernel panic - not syncing: corrupted stack end detected inside scheduler"},
              Family::stack_overflow,
              "kernel panic: corrupted stack end in {F}",
              "DoS",
              Blame::loop,
              {"stack-overflow in {F}"}},
    SplatRule{
        {"Kernel panic - not syncing: stack-protector", "",
         R"(Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: (\S+).*)",
         "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: ktime_get+0x2c1/0x2d0"},
        Family::stack_overflow,
        "kernel panic: stack is corrupted in {1}",
        "DoS",
        Blame::nobody},
    SplatRule{{"Kernel panic - not syncing: Attempted to kill init", "",
               R"(Kernel panic - not syncing: (Attempted to kill init!).*)",
               "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009"},
              Family::panic,
              "kernel panic: {1}",
              "DoS",
              Blame::nobody,
              {},
              0,
              {},
              Layout::headed,
              0,
              Consequence::perhaps},
    plain({"Kernel panic - not syncing: Couldn't open N_TTY ", "",
           R"(Kernel panic - not syncing: (Couldn't open N_TTY ldisc).*)",
           "Kernel panic - not syncing: Couldn't open N_TTY ldisc for ptm1 --- error -12."},
          "kernel panic: {1}"),
    plain({"Kernel panic - not syncing", "", R"(Kernel panic - not syncing: (.+))",
           "Kernel panic - not syncing: sysrq triggered crash"},
          "kernel panic: {1}"),
    plain({"Kernel panic - not syncing", "", R"(Kernel panic - not syncing.*)", "Kernel panic - not syncing"},
          "kernel panic"),
};

}  // namespace

SplatRules panic_splats() {
  return kPanicRules;
}

}  // namespace parser
