// Gathers the frame lines that follow the line announcing a trace.
#pragma once
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "parser/frame_table.h"
#include "parser/model.h"

namespace parser {

class TraceCollector {
 public:
  explicit TraceCollector(FrameTable& frames) : frames_(frames) {}

  bool open() const { return trace_.has_value(); }
  // A stack that was stored some time ago, in the depot or elsewhere; else the stack of a task or CPU that
  // is.
  bool open_stored() const { return trace_ && !is_live(trace_->role); }
  // Nothing but the program counter has come yet: the call trace follows below the registers.
  bool only_pc() const {
    return trace_ && is_live(trace_->role) && !trace_->frames.empty() && trace_->frames.back().pc &&
           trace_->frames.size() == 1;
  }
  const Trace* current() const { return trace_ ? &*trace_ : nullptr; }
  Trace* current() { return trace_ ? &*trace_ : nullptr; }

  // In place of the one that is open. What else is known of it may be filled in.
  Trace& start(Role role, std::uint64_t line);

  // Whether `text` is a frame, or a remark that stands among frames without being one; it is then taken.
  bool take(std::string_view text) { return trace_ && take_line(text); }

  // The same for a frame indented by blanks that was printed before, first of all the one that mostly follows
  // those before it: that asked, most lines of a stack are done with.
  bool take_expected(std::string_view text) {
    if (!trace_ || text.empty() || text.front() != ' ') return false;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    auto frame = frames_.expect(text, place_);
    if (!frame && trace_->frames.size() < Trace::kMaxFrames && may_be_frame(text))
      frame = frames_.recall(text, place_);
    return frame && add(*frame, false);
  }

  // The same for the first line of `text`, whose end is not known: its size if it is a frame that is expected
  // here, else 0.
  std::size_t take_ahead(std::string_view text) {
    const auto blanks = std::min(text.find_first_not_of(' '), text.size());
    if (!trace_ || blanks == 0) return 0;
    std::size_t size = 0;
    const auto frame = frames_.expect_line(text.substr(blanks), place_, size);
    return frame && add(*frame, false) ? blanks + size : 0;
  }

  // Adds the frame of a program counter to the open trace.
  void take_pc(std::string_view text);

  // Ends the open trace, whatever came of it.
  void drop() { trace_.reset(); }
  // Ends the open trace. Empty if none is open or no frame came.
  std::optional<Trace> finish();

 private:
  bool take_line(std::string_view text);
  // True: it is taken. `tab`: it is indented by one.
  bool add(const FrameTable::Parsed& frame, bool tab) {
    if (open_stored()) {
      if (!frame.reliable) return true;
      // Before v5.19 SLUB kept 16 addresses in the object and printed them behind a tab.
      const bool slub = trace_->role == Role::slub_alloc || trace_->role == Role::slub_free;
      if (tab && slub) trace_->in_depot = false;
    }
    if (trace_->frames.size() < Trace::kMaxFrames)
      trace_->frames.push_back({frame.id, frame.reliable});
    else
      ++trace_->frames_cut;
    return true;
  }

  FrameTable& frames_;
  std::optional<Trace> trace_;
  FrameTable::Place place_;
};

}  // namespace parser
