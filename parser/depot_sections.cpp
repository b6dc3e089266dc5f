#include "parser/depot_sections.h"

#include <array>

#include "parser/dumped_object.h"
#include "parser/scan.h"

namespace parser {
namespace {

struct Section {
  Role role;
  bool in_depot;
  Rule rule;
};

// Groups of each pattern: pid, cpu, time; SLUB's: age in jiffies, cpu, pid.
constexpr std::array<Section, 28> kDepotSections{{
    {Role::alloc,
     true,
     {"Allocated by task ", "", R"(Allocated by task (\d+)(?: on cpu (\d+) at ([\d.]+s))?:)",
      "Allocated by task 209 on cpu 0 at 18.613090s:"}},
    {Role::free,
     true,
     {"Freed by task ", "", R"(Freed by task (\d+)(?: on cpu (\d+) at ([\d.]+s))?:)", "Freed by task 405:"}},
    // v4.6 .. v4.11; the pid stands on the next line
    {Role::alloc, true, {"Allocated:", "", R"(Allocated:)", "Allocated:"}},
    {Role::free, true, {"Freed:", "", R"(Freed:)", "Freed:"}},
    {Role::work,
     true,
     {"Last potentially related", "", R"(Last potentially related work creation:)",
      "Last potentially related work creation:"}},
    {Role::work2,
     true,
     {"Second to last potentially", "", R"(Second to last potentially related work creation:)",
      "Second to last potentially related work creation:"}},
    // v5.8 .. v5.10
    {Role::work, true, {"Last ", "", R"(Last (?:one )?call_rcu\(\)(?: call stack)?:)", "Last call_rcu():"}},
    {Role::work2,
     true,
     {"Second to last ", "", R"(Second to last (?:one )?call_rcu\(\)(?: call stack)?:)",
      "Second to last call_rcu():"}},
    {Role::slub_alloc,
     true,
     {"Allocated in ", "", R"(Allocated in [^=]+=(\d+) cpu=(\d+) pid=(-?\d+))",
      "Allocated in t_redzone_right+0x96/0xf0 [labmod] age=0 cpu=0 pid=196"}},
    {Role::slub_free,
     true,
     {"Freed in ", "", R"(Freed in [^=]+=(\d+) cpu=(\d+) pid=(-?\d+))",
      "Freed in foo_release+0x1f/0x40 [foo] age=44 cpu=1 pid=399"}},
    // before about v5.14; the stack is SLUB's own array, not the depot's
    {Role::slub_alloc,
     false,
     {"INFO: Allocated in ", "", R"(INFO: Allocated in [^=]+=(\d+) cpu=(\d+) pid=(-?\d+))",
      "INFO: Allocated in fasync_helper+0x29/0x90 age=6 cpu=0 pid=6756"}},
    {Role::slub_free,
     false,
     {"INFO: Freed in ", "", R"(INFO: Freed in [^=]+=(\d+) cpu=(\d+) pid=(-?\d+))",
      "INFO: Freed in fasync_free_rcu+0x14/0x20 age=57 cpu=0 pid=18338"}},
    // mem_dump_obj(): SLUB's stacks again, without their age; the object may be alive
    {Role::slub_alloc,
     true,
     {"slab", " pointer offset ", R"(slab\S*(?: .+)? start [0-9a-f]+ .*pointer offset \d+.*)",
      "slab kmalloc-64 start ffff888104a3c000 pointer offset 24 size 64 allocated at foo_open+0x2a/0x60"}},
    {Role::slub_alloc,
     true,
     {"Register ", " pointer offset ",
      R"(Register \w+ information: slab\S*(?: .+)? start [0-9a-f]+ .*pointer offset \d+.*)",
      "Register r5 information: slab kmalloc-64 start 84c8a000 pointer offset 24 size 64 allocated at "
      "foo_open+0x2a/0x60"}},
    {Role::slub_alloc,
     true,
     {"__call_rcu", " pointer offset ", R"(__call_rcu\w*\(\): Double-freed CB .*slab.* pointer offset \d+.*)",
      "__call_rcu_common(): Double-freed CB 00000000c0a1d2b3->foo_free_rcu+0x0/0x30()!!!   slab kmalloc-64 "
      "start ffff888104a3c000 pointer offset 24 size 64 allocated at foo_open+0x2a/0x60"}},
    {Role::slub_free, true, {"Free path:", "", R"(Free path:)", "Free path:"}},
    {Role::page_alloc,
     true,
     {"page ", "",
      R"(page (?:last )?allocated via order \d+, migratetype \w+, gfp_mask 0x[0-9a-f]+\([^)]*\)(?:, pid (-?\d+))?.*)",
      "page last allocated via order 0, migratetype Unmovable, gfp_mask 0xcc0(GFP_KERNEL), pid 1, tgid 1 "
      "(swapper/0), "
      "ts 812345678, free_ts 912345678"}},
    {Role::page_free,
     true,
     {"page last free ", "", R"(page last free (?:pid (-?\d+) tgid -?\d+ )?stack trace:)",
      "page last free pid 1 tgid 1 stack trace:"}},
    {Role::kmsan_origin,
     true,
     {"Uninit was ", "", R"(Uninit was (?:created|stored to memory) at:)", "Uninit was created at:"}},
    {Role::kmemleak,
     true,
     {"backtrace", "", R"(backtrace(?: \(crc [0-9a-f]+\))?:)", "backtrace (crc 5c1d2e3f):"}},
    // KFENCE keeps its stacks itself.
    {Role::alloc,
     false,
     {"allocated by task ", "", R"(allocated by task (\d+)(?: on cpu (\d+) at ([\d.]+s).*)?:)",
      "allocated by task 301 on cpu 2 at 41.120001s (0.010002s ago):"}},
    {Role::free,
     false,
     {"freed by task ", "", R"(freed by task (\d+)(?: on cpu (\d+) at ([\d.]+s).*)?:)",
      "freed by task 301 on cpu 2 at 41.120001s (0.010002s ago):"}},
    {Role::free,
     false,
     {"rcu freeing by task ", "", R"(rcu freeing by task (\d+)(?: on cpu (\d+) at ([\d.]+s).*)?:)",
      "rcu freeing by task 301 on cpu 2 at 41.120001s (0.010002s ago):"}},
    {Role::local,
     false,
     {"Local variable ", "", R"(Local variable .+ created at:)", "Local variable hdr.i created at:"}},
    // lib/ref_tracker.c: v5.17 says "leaked reference." alone, v6.3 counts; a double release tells both
    // stacks
    {Role::ref_tracker,
     true,
     {"ref_tracker: ", " users at", R"(ref_tracker: .+@.+ has \d+/\d+ users at)",
      "ref_tracker: eth%d@00000000a1b2c3d4 has 1/2 users at"}},
    {Role::ref_tracker,
     true,
     {"ref_tracker: ", "leaked reference.", R"(ref_tracker: leaked reference\.)",
      "ref_tracker: leaked reference."}},
    {Role::ref_tracker,
     true,
     {"ref_tracker: ", " in:", R"(ref_tracker: (?:allocated|freed) in:)", "ref_tracker: allocated in:"}},
    // drivers/gpu/drm/drm_mm.c
    {Role::drm,
     true,
     {"[drm:", ": inserted at", R"(\[drm:.+ node \[[0-9a-f]+ \+ [0-9a-f]+\]: inserted at)",
      "[drm:drm_mm_takedown [drm]] *ERROR* node [00000000 + 00001000]: inserted at"}},
}};

constexpr auto kSectionRules = [] {
  std::array<Rule, kDepotSections.size()> rules{};
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i] = kDepotSections[i].rule;
  return rules;
}();

}  // namespace

const RuleTable& depot_section_rules() {
  static const RuleTable table(kSectionRules);
  return table;
}

bool may_open_depot_trace(std::string_view text, Openings openings) {
  if ((openings & kDepotOpening) == 0) return false;
  switch (text.front()) {
    case 's':
    case 'R':
    case '_':
      return may_tell_object(text);
    case 'F':
      return text.starts_with("Freed") || text == "Free path:";
    default:
      return true;
  }
}

std::optional<DepotSection> read_depot_section(std::string_view text, Openings openings) {
  if (!may_open_depot_trace(text, openings)) return std::nullopt;
  RuleTable::Groups groups;
  const auto found = depot_section_rules().match(trim_right(text), groups);
  if (!found) return std::nullopt;
  const auto& [role, in_depot, rule] = kDepotSections[*found];
  const bool slub = role == Role::slub_alloc || role == Role::slub_free;
  DepotSection section;
  section.role = role;
  section.in_depot = in_depot;
  section.pid = to_number<std::int64_t>(slub ? groups[2] : groups[0]);
  section.cpu = to_number<std::int64_t>(groups[1]);
  section.is_age = slub && !groups[0].empty();
  section.when = section.is_age ? groups[0] : groups[2];
  return section;
}

void DepotSection::describe(Trace& trace) const {
  trace.role = role;
  trace.in_depot = in_depot;
  trace.pid = pid;
  trace.cpu = cpu;
  if (is_age) trace.when = "age ";
  trace.when.append(when);
}

std::optional<Trace> open_depot_trace(std::string_view text, std::uint64_t line) {
  const auto section = read_depot_section(text, openings_of(text));
  if (!section) return std::nullopt;
  Trace trace;
  section->describe(trace);
  trace.line = line;
  return trace;
}

}  // namespace parser
