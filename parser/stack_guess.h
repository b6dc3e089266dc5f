// Guesses what a stack goes on with: what other stacks had there. Whatever broke breaks again and again, so
// that most stacks of a log were printed before. Each is kept from where it was new on, frame behind frame;
// reading one again is reading that memory on.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "parser/model.h"

namespace parser {

class StackGuess {
 public:
  // A frame as it was printed.
  struct Printed {
    const char* text = nullptr;
    FrameId frame = 0;
    std::uint16_t size = 0;  // bytes of text
    bool reliable = true;    // by its own text
  };

  // How far a stack is read. Stacks that are read at the same time have one each.
  class Place {
   public:
    Place() = default;
    // At the beginning of a stack of that kind.
    explicit Place(std::uint64_t kind) : last_two_(~kind) {}

   private:
    friend class StackGuess;
    std::uint64_t last_two_ = 0;  // ids
    std::uint32_t next_ = kNone;  // what comes next, if the stack is like the one that is read again
    bool new_ = false;            // it is kept from here on
    bool lost_ = false;           // the last frame was none of those expected
  };

  // The first of the few likely frames of which is(const Printed&) is true: the stack goes on with it.
  template <typename Is>
  std::optional<Printed> find(Place& place, Is&& is) {
    if (place.next_ < kept_.size() && is(kept_[place.next_])) return go_on(place.next_, place);
    auto& others = others_[slot(place)];
    for (std::size_t i = 0; i < others.size(); ++i) {
      const auto at = others[i];
      if (at >= kept_.size() || !is(kept_[at])) continue;
      if (i > 0) std::swap(others[i], others[i - 1]);
      return go_on(at, place);
    }
    return std::nullopt;
  }

  // The stack goes on with a frame that was not expected.
  void add(const Printed& frame, Place& place);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  // Frames kept. All are forgotten when there are more: they are guesses, and what is needed comes again.
  static constexpr std::size_t kMost = 64 * 1024;
  static constexpr std::size_t kSlots = 16 * 1024;
  // Places in kept_; the likelier ones in front.
  using Others = std::array<std::uint32_t, 4>;
  static constexpr Others kNoOthers{kNone, kNone, kNone, kNone};

  static std::size_t slot(const Place& place) {
    return ((place.last_two_ * 0x9e37'79b9'7f4a'7c15) >> 40) % kSlots;
  }
  Printed go_on(std::uint32_t at, Place& place) {
    const auto frame = kept_[at];
    if (place.new_) keep(frame);
    place.lost_ = false;
    pass(frame.frame, at + 1, place);
    return frame;
  }
  void pass(FrameId frame, std::uint32_t next, Place& place) {
    place.last_two_ = place.last_two_ << 32 | frame;
    place.next_ = next;
    // What is compared next but one lies anywhere; what comes then in another cache line.
    constexpr std::size_t kLine = 64 / sizeof(Printed);
    if (next + 1 < kept_.size()) __builtin_prefetch(kept_[next + 1].text);
    if (next + kLine < kept_.size()) __builtin_prefetch(&kept_[next + kLine]);
  }
  std::uint32_t keep(const Printed& frame);

  std::vector<Printed> kept_;
  std::vector<std::uint32_t> latest_;  // of each frame: where it was kept last
  std::vector<Others> others_ = std::vector<Others>(kSlots, kNoOthers);
};

}  // namespace parser
