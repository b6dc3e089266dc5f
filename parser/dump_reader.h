// The kernel's own files of stacks, and our stack list. They have no prefix, so each line is told by its
// shape: slab/*/alloc_traces and free_traces, page_owner, page_owner_stacks/show_stacks and its twins with
// handles, kmemleak, ref_tracker, stackdepot/stats.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "parser/frame_table.h"
#include "parser/sink.h"
#include "parser/stack_list.h"

namespace parser {

class DumpReader {
 public:
  // `before_entry` is called when a line begins an entry, whatever came before it: a report that is open is
  // then over.
  DumpReader(FrameTable& frames, Sink& sink, std::function<void()> before_entry)
      : frames_(frames), sink_(sink), stack_list_(frames, sink), before_entry_(std::move(before_entry)) {}

  // Whether `line` is part of a dump. `idle`: no report or trace of a log is open, so that a bare stack may
  // be taken for the beginning of a show_stacks entry.
  bool take(std::string_view line, std::uint64_t number, bool idle) {
    // Nearly all lines of other text are done with here.
    if (state_ == State::none && !in_list_ && !may_begin(line)) return false;
    return read(line, number, idle);
  }
  // Ends what is open: at a line that is no dump's, and at the end of input.
  void finish() {
    if (state_ != State::none) close();
  }

  // A new input. alloc_traces and free_traces look alike; only the file's name tells.
  void begin_input(Role slab_role) {
    slab_role_ = slab_role;
    in_list_ = false;
  }

 private:
  enum class State : std::uint8_t {
    none,
    entry,       // a stack's frames follow
    leak,        // kmemleak's object: facts and bytes, then "backtrace:" and frames
    leak_stack,  // ... below its "backtrace:"
    bare_stack,  // show_stacks: frames that only their last line tells from other text
    handle,      // show_handles: "handle: 5", "nr_base_pages: 3"
    stats,
  };

  // By the ends of a line, where nothing is open.
  static bool may_begin(std::string_view line);
  bool read(std::string_view line, std::uint64_t number, bool idle);
  bool begin(std::string_view line, std::uint64_t number, bool idle);
  bool take_in_entry(std::string_view line);
  bool take_in_leak(std::string_view line, std::uint64_t number);
  bool take_counter(std::string_view line, std::uint64_t number);
  bool take_bare_stack(std::string_view line, std::uint64_t number, bool idle);
  void open(State state, Role role, std::uint64_t count, std::uint64_t number, InputKind kind);
  void open_stack(Role role, std::uint64_t count, std::uint64_t number);
  void add_frame(std::string_view line);
  void close();

  FrameTable& frames_;
  Sink& sink_;
  StackListReader stack_list_;
  std::function<void()> before_entry_;
  State state_ = State::none;
  Trace trace_;
  DepotStats stats_;
  Role slab_role_ = Role::slub_alloc;
  bool in_list_ = false;  // this input has records of a stack list
};

}  // namespace parser
