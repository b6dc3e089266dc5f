// What one line tells about whose it is, for reports that are printed at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/demux_sections.h"
#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/prefix.h"

namespace parser {

// What a printed frame says wherever it stands.
struct DemuxFrame {
  // What its function says of its place in a stack.
  enum Place : std::uint8_t {
    begins_live = 1,
    begins_kasan = 2,
    begins_page_alloc = 4,
    begins_page_free = 8,
    root = 16,
    reports_free = 32,
    reports_access = 64,
  };

  std::uint64_t key = 0;     // as Frame::identity, but the same whatever was read before: what a log's lines
                             // are divided by must not depend on it
  std::uint64_t symbol = 0;  // hash of its function
  std::uint64_t function = 0;  // ... as kCallChains has it
  std::uint8_t place = 0;      // Place, or-ed
  bool module = false, build_id = false;
  bool skipped = false;  // of those that only show a bug (functions.h)
};

// Each frame is looked at once, however often it is printed.
class DemuxFrames {
 public:
  explicit DemuxFrames(FrameTable& table) : table_(table) {}
  // Good until the next is asked for.
  const DemuxFrame& operator[](FrameId id) {
    if (id >= known_.size() || known_[id].key == 0) describe(id);
    return known_[id];
  }
  FrameTable& table() { return table_; }

 private:
  void describe(FrameId id);

  FrameTable& table_;
  std::vector<DemuxFrame> known_;  // by id; key 0: not looked at yet
};

struct DemuxLine {
  enum class Kind : std::uint8_t {
    unknown,
    blank,
    title,
    more,   // of a splat's beginning: "Oops: ", "Kernel panic"
    aside,  // a report of one line
    ruler,
    cut_here,
    lead,     // SLUB's detail above the ruler
    section,  // any other line that a family knows
    live,     // announces the stack of whoever prints
    stored,   // announces a stack that was stored
    frame,
    mark,  // "<TASK>"
    registers,
    end,  // "---[ end trace"
  };

  Kind kind = Kind::unknown;
  int ranks[3] = {-1, -1, -1};  // place in the order of each family's sections; -1: not that family's
  Order order = Order::other;   // of a title
  Role role = Role::call;       // of the stack it announces
  bool in_depot = false;
  bool once = false;        // a section that a report has once
  bool slub_own = false;    // the WARNING that SLUB raises within its report
  bool slub_ruler = false;  // longer than KASAN's
  bool untracked = false;   // a title of KASAN's with neither object nor shadow bytes to follow
  bool freeing = false;     // a title of KASAN's about the free itself
  bool awaits = false;      // the next line is a function that is no frame
  bool pc = false;          // a register line that names a kernel function
  bool row = false;         // of shadow bytes
  bool caret = false;
  bool reliable = true;
  DemuxFrame frame;
  int level = -1;
  std::int64_t pid = -1;
  std::uint64_t symbol = 0;   // hash of the function in a title
  std::uint64_t address = 0;  // of the object or of memory around it
  std::uint64_t cache = 0;    // hash of its name
};

DemuxLine read_demux_line(const Line& line, DemuxFrames& frames);
// The WARNING that SLUB raises inside its own report.
bool is_slubs_own(std::string_view body);

std::uint64_t hash_of(std::string_view text);

// Of numbers that are hashes themselves, for tables that look at few of their bits.
struct SpreadHash {
  std::size_t operator()(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9e37'79b9'7f4a'7c15U) >> 32);
  }
};

// A callee under its caller, as one number.
inline std::uint64_t pair_of(std::uint64_t callee, std::uint64_t caller) {
  return callee * 0x9e3779b97f4a7c15U ^ caller;
}

// Whether `caller` calls `callee` in kernels at large (DemuxFrame::function): yes, no as far as is known, or
// nothing is known of either.
enum class Calls : std::uint8_t { unknown, known, other };
Calls well_known_call(std::uint64_t callee, std::uint64_t caller);

}  // namespace parser
