// What the parser hands out: reports, traces, frames, boots and counters as plain values.
// Strings are owned; frames are ids into the parser's FrameTable, which outlives every sink call.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/wall_time.h"

namespace parser {

using FrameId = std::uint32_t;

// One place of a stack as the kernel printed it. `?` lines are kept and marked, `[inline]` lines are not
// frames.
struct FrameRef {
  FrameId frame = 0;
  bool reliable = true;
  bool pc = false;  // a program counter (RIP, pc, epc, NIP, ...), not a return address
};

// What a stack stands for. Which of these the kernel keeps in its depot is said by Trace::in_depot.
enum class Role : std::uint8_t {
  call,          // Call Trace: of whoever printed the report; never in the depot
  alloc,         // KASAN: Allocated by task
  free,          // KASAN: Freed by task
  work,          // KASAN: Last potentially related work creation
  work2,         // KASAN: Second to last potentially related work creation
  slub_alloc,    // SLUB: Allocated in, alloc_traces
  slub_free,     // SLUB: Freed in, free_traces
  page_alloc,    // page_owner: page last allocated via
  page_free,     // page_owner: page last free
  kmemleak,      // kmemleak: backtrace
  kmsan_origin,  // KMSAN: Uninit was created at / stored to memory at
  ref_tracker,   // ref_tracker: has 1/2 users at, allocated in, freed in
  drm,           // drm_mm: node [...]: inserted at
  listed,        // a record of a stack list
  nmi,           // what another CPU did, asked for by an NMI
  task,          // a sleeping task's stack: hung tasks, RCU's own threads
  lock,          // lockdep: where a lock was taken before
  local,         // KMSAN: the function whose variable it is
};
std::string_view role_name(Role role);
// The stack of a CPU or task as it is at that moment; all other roles are stacks that were stored before.
inline bool is_live(Role role) {
  return role == Role::call || role == Role::nmi || role == Role::task;
}

// Which KASAN wrote the report: tag-based KASAN keeps refcounted records in the depot, generic does not
// (v6.8+).
enum class KasanMode : std::uint8_t { unknown, generic, tags };

struct Trace {
  Role role = Role::call;
  bool in_depot = false;
  std::vector<FrameRef> frames;  // innermost first; for depot traces only what the kernel stored
  std::uint64_t line = 0;        // the line that announces the trace
  std::uint64_t count = 1;       // saves it stands for: the printed count in *_traces, else 1
  std::uint64_t frames_cut = 0;  // frames beyond kMaxFrames, counted and dropped
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> cpu;
  std::string when;  // "18.613090s", or SLUB's age in jiffies as "age 5"
  KasanMode kasan = KasanMode::unknown;
  std::optional<bool> evictable;  // stack lists say so themselves
  bool put = false;               // stack lists: one reference given back
  std::string client;             // stack lists name it; else the role says it

  static constexpr std::size_t kMaxFrames = 1024;
};

// Who found the fault, or what the kernel was doing when it said so.
enum class Family : std::uint8_t {
  kasan,
  slub,
  kfence,
  kmsan,
  kcsan,
  ubsan,
  kmemleak,
  warning,  // WARN() and its kin
  bug,      // kernel BUG at, BUG: that no other family takes
  oops,     // faults, general protection, divide errors
  lockdep,  // deadlocks, unlock balance, RCU usage, held locks
  rcu_stall,
  hung_task,
  lockup,    // soft, hard, spinlock and workqueue lockups
  atomic,    // sleeping, scheduling or using per-cpu data in the wrong context
  refcount,  // refcount_t warnings
  list,      // list corruption
  bad_page,  // Bad page state, Bad page map, Bad rss-counter
  stack_overflow,
  unregister_netdevice,
  busy_inodes,  // VFS: Busy inodes after unmount
  panic,
  oom,
  reboot,        // a kernel starts again in the middle of a log
  harness,       // what tests say of themselves: SYZFAIL, a Go runtime's panic
  unrecognised,  // a trace or a cut-here that no family takes
};
inline constexpr std::size_t kFamilies = 26;
std::string_view family_name(Family family);

// How the lines of a report were told from those of others.
enum class Demux : std::uint8_t { caller, inferred, none };
std::string_view demux_name(Demux demux);

struct Access {
  enum class Kind : std::uint8_t { unknown, read, write, free };
  Kind kind = Kind::unknown;
  std::optional<std::uint64_t> size;     // bytes
  std::optional<std::uint64_t> address;  // as printed, tag bits included
  std::string task;
  std::optional<std::int64_t> pid;
  std::string pointer_tag, memory_tag;  // two hex digits each, tag-based modes only
};
std::string_view access_name(Access::Kind kind);

struct Object {
  std::string cache;
  std::optional<std::uint64_t> size;  // bytes
  std::optional<std::uint64_t> address;
};

// "The buggy address is located N bytes to the right of allocated 57-byte region [start, end)".
struct Region {
  std::string position;  // "right", "left" or "inside"
  std::uint64_t distance = 0;
  std::string state;  // "allocated", "freed" or empty where the kernel does not say
  std::uint64_t size = 0;
  std::uint64_t start = 0, end = 0;
};

// What SLUB found overwritten: "[Right Redzone overwritten] 0xA-0xB @offset=112. First byte 0xab instead of
// 0xcc".
struct Overwrite {
  std::uint64_t start = 0, last = 0;  // both included
  std::int64_t offset = 0;            // within the slab, bytes
  std::uint64_t found = 0, expected = 0;
};

struct Slab {
  std::string address;  // %p: may be hashed
  std::uint64_t objects = 0, used = 0;
  std::string freelist, flags;
};

struct Report {
  std::uint64_t first_line =
      0;                   // where the report begins: a ruler or SLUB's detail line may stand above the title
  std::uint64_t line = 0;  // the line that carries the kernel's own title
  std::uint64_t end_line = 0;           // the last line that belongs to it
  std::optional<std::int64_t> time_us;  // kernel time of that line, microseconds since boot
  std::optional<WallTime> wall_time;    // its time of day, where the log has one
  Family family = Family::kasan;
  std::string kind;      // the kernel's word: "slab-out-of-bounds", "Right Redzone overwritten"
  std::string location;  // the kernel's "in F" of the title line, printed form
  std::string title;
  std::vector<std::string> alt_titles;
  std::string type;
  std::string guilty;
  std::string corrupted_reason;  // empty: whole
  Demux demux = Demux::none;
  KasanMode kasan = KasanMode::unknown;
  std::string kernel;  // release, from the report's own CPU line, else from the boot
  std::optional<std::int64_t> cpu, pid;
  std::string comm;
  std::optional<Access> access;
  std::optional<Object> object;
  std::optional<Region> region;
  std::optional<Overwrite> overwrite;
  std::optional<Slab> slab;
  std::string variable;     // "belongs to the variable": symbol+offset
  std::string stack_frame;  // "belongs to stack of task": the function whose frame it is
  std::vector<std::pair<std::string, std::string>> stack_objects;  // ("32, 45", "buf")
  std::string mapping;             // vmalloc region or mapping, in the kernel's words
  std::vector<std::string> fixes;  // SLUB: FIX lines, without the cache name
  std::string
      source_file;  // the place that the kernel itself names: "WARNING: CPU: 0 PID: 1 at mm/slub.c:12"
  std::uint32_t source_line = 0;
  std::vector<Trace> traces;
  std::uint64_t traces_left_out = 0;  // beyond kMaxTraces; they were still handed to the sink
  std::string expected_by;  // the test that provoked it on purpose: "LKDTM WRITE_AFTER_FREE"; else empty
  std::string text;         // its own lines, where the sink kept them

  static constexpr std::size_t kMaxTraces = 256;
};

// A kernel's start within a log: "Linux version 6.12.117-lab (lab@lab) ...".
struct Boot {
  std::uint64_t line = 0;
  std::string release;
  std::string arch;         // "x86_64", "arm64", ... where the banner's compiler tells, else empty
  bool from_banner = true;  // else learned from a report's CPU line
};

// /sys/kernel/debug/stackdepot/stats, either generation: (name, value) as printed, in order.
struct DepotStats {
  std::uint64_t line = 0;
  std::vector<std::pair<std::string, std::int64_t>> counters;
};

// What an input turned out to be, by content.
enum class InputKind : std::uint8_t {
  text,
  log,
  slab_traces,
  page_owner,
  page_owner_stacks,
  depot_stats,
  stack_list,
  kmemleak,
  ref_tracker
};
inline constexpr std::size_t kInputKinds = 9;
std::string_view input_kind_name(InputKind kind);

}  // namespace parser
