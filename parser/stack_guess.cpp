#include "parser/stack_guess.h"

#include <algorithm>

namespace parser {

std::uint32_t StackGuess::keep(const Printed& frame) {
  if (kept_.size() == kMost) {
    kept_.clear();
    latest_.assign(latest_.size(), kNone);
    others_.assign(kSlots, kNoOthers);
  }
  kept_.push_back(frame);
  return static_cast<std::uint32_t>(kept_.size() - 1);
}

void StackGuess::add(const Printed& frame, Place& place) {
  if (latest_.size() <= frame.frame) latest_.resize(frame.frame + 1, kNone);
  const auto before = latest_[frame.frame];
  auto at = before;
  // Known frames in an order that is not: once, another stack goes on; twice, this is a new one.
  if (place.new_ || place.lost_ || before == kNone) {
    place.new_ = true;
    at = keep(frame);
    latest_[frame.frame] = at;
  }
  auto& others = others_[slot(place)];
  std::copy_backward(others.begin(), others.end() - 1, others.end());
  others.front() = at;
  place.lost_ = true;
  pass(frame.frame, (before == kNone ? at : before) + 1, place);
}

}  // namespace parser
