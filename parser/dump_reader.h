// The kernel's own files of stacks, and our stack list. They have no prefix, so each line is told by its
// shape: slab/*/alloc_traces and free_traces, page_owner, page_owner_stacks/show_stacks, stackdepot/stats.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/frame_table.h"
#include "parser/sink.h"
#include "parser/stack_list.h"

namespace parser {

class DumpReader {
 public:
  DumpReader(FrameTable& frames, Sink& sink) : frames_(frames), sink_(sink), stack_list_(frames, sink) {}

  // Whether `line` is part of a dump. `idle`: no report or trace of a log is open, so that a bare stack may
  // be taken for the beginning of a show_stacks entry.
  bool take(std::string_view line, std::uint64_t number, bool idle);
  // Whether `line` begins a dump's entry, whatever came before; a report that is open is then over.
  bool begins_entry(std::string_view line) const;
  // Ends what is open: at a line that is no dump's, and at the end of input.
  void finish();

  // A new input. alloc_traces and free_traces look alike; only the file's name tells.
  void begin_input(Role slab_role) {
    slab_role_ = slab_role;
    in_list_ = false;
  }

 private:
  enum class State : std::uint8_t { none, entry, bare_stack, stats };

  bool begin(std::string_view line, std::uint64_t number);
  bool begin_slab_entry(std::string_view line, std::uint64_t number);
  bool take_counter(std::string_view line, std::uint64_t number);
  bool take_bare_stack(std::string_view line, std::uint64_t number, bool idle);
  void open_entry(Role role, std::uint64_t count, std::uint64_t number, InputKind kind);
  void add_frame(std::string_view line);

  FrameTable& frames_;
  Sink& sink_;
  StackListReader stack_list_;
  State state_ = State::none;
  Trace trace_;
  DepotStats stats_;
  Role slab_role_ = Role::slub_alloc;
  bool in_list_ = false;  // this input has records of a stack list
};

}  // namespace parser
