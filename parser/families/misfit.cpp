// Splats of one line or of a shape of their own, and what a machine's other programs say of the kernel's end.
#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr SplatRule line(SplatRule rule) {
  rule.one_line = true;
  return rule;
}

constexpr SplatRule stray_track(Rule rule) {
  auto track = line({rule, Family::slub, "INFO: {1}", "", Blame::nobody});
  track.damage = "a track of SLUB's without its report";
  return track;
}

// Any program may print such a line; Go's runtime goes on with the stacks of its goroutines.
constexpr SplatRule go_panic(Rule rule) {
  SplatRule panic{rule, Family::harness, "panic: {1}", "DoS", Blame::nobody};
  panic.proof = "goroutine ";
  return panic;
}

constexpr std::array kMisfitRules{
    line(SplatRule{{"unregister_netdevice: waiting for ", "",
                    R"(unregister_netdevice: waiting for (\S+) to become free.*)",
                    "unregister_netdevice: waiting for lo to become free. Usage count = 2"},
                   Family::unregister_netdevice,
                   "unregister_netdevice: waiting for DEV to become free",
                   "DoS",
                   Blame::nobody}),
    line(SplatRule{
        {"VFS: Busy inodes after unmount", "", R"(VFS: Busy inodes after unmount.*)",
         "VFS: Busy inodes after unmount of loop0. Self-destruct in 5 seconds.  Have a nice day..."},
        Family::busy_inodes,
        "VFS: Busy inodes after unmount (use-after-free)",
        "DoS",
        Blame::nobody}),
    line(SplatRule{{"VFS: Close: file count is ", "", R"(VFS: Close: file count is (?:0|zero).*)",
                    "VFS: Close: file count is 0 (f_op=0xffffffff8b3f0f20)"},
                   Family::busy_inodes,
                   "VFS: Close: file count is zero (use-after-free)",
                   "DoS",
                   Blame::nobody}),
    stray_track({"INFO: Allocated in ", "", R"(INFO: (Allocated in .* age=\d+ cpu=\d+ pid=-?\d+).*)",
                 "INFO: Allocated in fasync_helper+0x29/0x90 age=6 cpu=0 pid=6756"}),
    stray_track({"INFO: Freed in ", "", R"(INFO: (Freed in .* age=\d+ cpu=\d+ pid=-?\d+).*)",
                 "INFO: Freed in fasync_free_rcu+0x14/0x20 age=57 cpu=0 pid=18338"}),
    SplatRule{{"Booting the kernel.", "", R"(Booting the kernel\.)", "Booting the kernel."},
              Family::reboot,
              "unexpected kernel reboot",
              "REBOOT",
              Blame::nobody},
    SplatRule{{"rust_kernel: panicked at ", "", R"(rust_kernel: panicked at .*)",
               "rust_kernel: panicked at samples/rust/rust_minimal.rs:27:9:"},
              Family::bug,
              "kernel BUG in {F}",
              "BUG",
              Blame::stack,
              {},
              0,
              "*rust*panic* *core*panic* rust_begin_unwind*"},
    // A trusted OS beside Linux, on the same console.
    SplatRule{{"trusty: panic", "ASSERT FAILED at ", R"(trusty: panic.* ASSERT FAILED at \(.*?\): ?(.*))",
               "trusty: panic (caller 0xffff00000a1e5c14): DEBUG ASSERT FAILED at (lib/foo.c:12): "
               "list_in_list(&ref->ref_node)"},
              Family::panic,
              "trusty: ASSERT FAILED: {1}",
              "DoS",
              Blame::nobody},
    line(SplatRule{{"SYZFAIL: ", "", R"(SYZFAIL: (.*))", "SYZFAIL: negative running"},
                   Family::harness,
                   "SYZFAIL: {1}",
                   "SYZ_FAILURE",
                   Blame::nobody}),
    line(SplatRule{{"SYZFATAL: ", "", R"(SYZFATAL: (.*))", "SYZFATAL: executor 0 failed 11 times: no output"},
                   Family::harness,
                   "SYZFATAL: {1}",
                   "SYZ_FAILURE",
                   Blame::nobody,
                   {"SYZFATAL"}}),
    go_panic({"panic: ", "", R"(panic: (.*))",
              "panic: runtime error: invalid memory address or nil pointer dereference"}),
    SplatRule{
        {"fatal error: ", "",
         R"(fatal error: (?:all goroutines|out of memory|unexpected signal|concurrent map|stack overflow|runtime|bad |checkptr|malloc|sync: |sweep|missing|found).*)",
         "fatal error: all goroutines are asleep - deadlock!"},
        Family::harness,
        "go runtime error",
        "DoS",
        Blame::nobody},
    line(SplatRule{
        {"Out of memory: Kill", "", R"(Out of memory: Kill(?:ed)? process (\d+) \((.*)\).*)",
         "Out of memory: Killed process 1234 (stress) total-vm:1048576kB, anon-rss:524288kB, file-rss:0kB, "
         "shmem-rss:0kB, UID:0 pgtables:1088kB oom_score_adj:0"},
        Family::oom,
        "Out of memory: Killed process",
        "",
        Blame::nobody}),
};

}  // namespace

SplatRules misfit_splats() {
  return kMisfitRules;
}

}  // namespace parser
