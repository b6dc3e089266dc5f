// Gathers the frame lines that follow the line announcing a trace.
#pragma once
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
  bool open_in_depot() const { return trace_ && trace_->role != Role::call; }
  const Trace* current() const { return trace_ ? &*trace_ : nullptr; }
  Trace* current() { return trace_ ? &*trace_ : nullptr; }

  void start(Trace trace) { trace_ = std::move(trace); }

  // Whether `text` is a frame, or a remark that stands among frames without being one; it is then taken.
  bool take(std::string_view text);

  // Ends the open trace. Empty if none is open or no frame came.
  std::optional<Trace> finish();

 private:
  FrameTable& frames_;
  std::optional<Trace> trace_;
};

}  // namespace parser
