// How deep the stacks of a population are, as far as that is known, and what records of them take on average.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "depot/estimate.h"
#include "depot/layout.h"

namespace depot {

// Mean size of records under a layout, bytes.
struct RecordSize {
  Range mean;
  double square = 0;     // likely mean of the squared size
  double largest = 0;    // no record is larger
  double truncated = 0;  // likely share of stacks deeper than MAX_FRAMES
  bool may_truncate = false;
};

class Depth {
 public:
  // Any stack that kernels save: 1 to 64 frames, on average perhaps `likely`.
  static Depth unknown(double likely);
  // A mean known within bounds.
  static Depth mean(const Range& frames);
  // Measured. `whole`: the sample is all there is; otherwise its mean carries a sampling error.
  static Depth measured(std::vector<std::uint64_t> depths, bool whole);
  // Out of the bytes that `count` persistent records take under `layout`. Gives them back exactly under the
  // same layout.
  static Depth from_bytes(const Layout& layout, std::uint64_t count, std::uint64_t bytes,
                          std::vector<std::uint64_t> shape);

  // Of records that take what they need (evictable = false) or a whole slot.
  [[nodiscard]] RecordSize size(const Layout& layout, bool refcounted) const;
  // Whether sizes under that layout are not known exactly.
  [[nodiscard]] bool vague(const Layout& layout) const;

 private:
  Range frames_{1, 1, 64};
  std::vector<std::uint64_t> depths_;  // the shape, if measured
  bool whole_ = false;
  std::optional<Layout> source_;  // with from_bytes()
  double source_mean_ = 0;        // bytes
};

}  // namespace depot
