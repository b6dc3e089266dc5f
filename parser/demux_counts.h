// How often frames were seen, or seen one under another.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "parser/demux_line.h"

namespace parser {

// A table of its own, as it is filled anew for each search and asked of every line: keys are hashes, zero is
// none, and none leaves.
class DemuxCounts {
 public:
  // `room`: a power of two.
  explicit DemuxCounts(std::size_t room) : slots_(room), last_(room - 1) {}
  double operator[](std::uint64_t key) const { return slots_[find(key)].count; }
  void add(std::uint64_t key, double weight) {
    auto& slot = slots_[find(key)];
    slot.count += weight;
    if (slot.key == key) return;
    slot.key = key;
    if (++used_ * 2 > last_) grow();
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    double count = 0;
  };
  std::size_t find(std::uint64_t key) const {
    auto at = SpreadHash{}(key)&last_;
    while (slots_[at].key != key && slots_[at].key != 0) at = (at + 1) & last_;
    return at;
  }
  void grow() {
    auto old = std::vector<Slot>(2 * slots_.size());
    old.swap(slots_);
    last_ = slots_.size() - 1;
    for (const auto& slot : old)
      if (slot.key != 0) slots_[find(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t last_;  // slot
  std::size_t used_ = 0;
};

}  // namespace parser
