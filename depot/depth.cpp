#include "depot/depth.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace depot {
namespace {

constexpr double kDeepest = 64;  // frames that the deepest clients save (mm/kasan/common.c)
// Sizes spread by half of their mean where nothing is known of the spread, as in the recordings of
// testdata/depot.
constexpr double kSpread = 0.5;

// A mean over a distribution of depths, and of its squares.
struct Moments {
  double mean = 0;
  double square = 0;
  double count = 0;
};

template <class Value>
Moments moments(const std::vector<std::uint64_t>& depths, Value value) {
  Moments sum;
  for (std::size_t n = 0; n < depths.size(); ++n) {
    const auto count = static_cast<double>(depths[n]);
    const double v = value(n);
    sum.count += count;
    sum.mean += count * v;
    sum.square += count * v * v;
  }
  if (sum.count > 0) sum.mean /= sum.count, sum.square /= sum.count;
  return sum;
}

bool same_sizes(const Layout& a, const Layout& b) {
  return a.era().records == b.era().records && a.header_size() == b.header_size() && a.word() == b.word() &&
         a.max_frames() == b.max_frames();
}

}  // namespace

Depth Depth::unknown(double likely) {
  return mean({1, likely, kDeepest});
}

Depth Depth::mean(const Range& frames) {
  Depth depth;
  depth.frames_ = frames;
  return depth;
}

Depth Depth::measured(std::vector<std::uint64_t> depths, bool whole) {
  Depth depth;
  const Moments m = moments(depths, [](std::size_t n) { return static_cast<double>(n); });
  const double variance = std::max(0.0, m.square - m.mean * m.mean);
  const double error = whole ? 0 : 2 * std::sqrt(variance / std::max(1.0, m.count));
  depth.frames_ = {std::max(1.0, m.mean - error), m.mean, m.mean + error};
  depth.depths_ = std::move(depths);
  depth.whole_ = whole;
  return depth;
}

Depth Depth::from_bytes(const Layout& layout, std::uint64_t count, std::uint64_t bytes,
                        std::vector<std::uint64_t> shape) {
  Depth depth;
  depth.source_ = layout;
  depth.source_mean_ = count == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(count);
  const double word = layout.word();
  // A record is rounded up by less than the alignment, in steps of a word.
  const double high = std::max(1.0, (depth.source_mean_ - layout.header_size()) / word);
  const double low = std::max(1.0, high - (Layout::kAlignment - word) / word);
  depth.frames_ = {low, (low + high) / 2, high};
  depth.depths_ = std::move(shape);
  return depth;
}

bool Depth::vague(const Layout& layout) const {
  if (source_ && same_sizes(*source_, layout)) return false;
  return !whole_;
}

RecordSize Depth::size(const Layout& layout, bool refcounted) const {
  RecordSize size;
  const bool slot = layout.fixed() || (layout.era().records == Records::kMixed && refcounted);
  const double most = layout.era().truncates ? layout.max_frames() : kDeepest;
  const auto record = [&layout, refcounted](std::size_t n) {
    return static_cast<double>(layout.record(n, refcounted).total());
  };
  const double deepest = whole_ ? static_cast<double>(depths_.size() - 1) : kDeepest;
  size.largest = record(static_cast<std::size_t>(deepest));
  if (!depths_.empty())
    size.truncated =
        moments(depths_, [&layout](std::size_t n) { return layout.truncates(n) ? 1.0 : 0.0; }).mean;
  else if (frames_.likely > most)
    size.truncated = 1;
  size.may_truncate = depths_.empty() ? most < kDeepest : size.truncated > 0;
  if (slot) {
    const double bytes = layout.slot_size();
    size.mean = {bytes, bytes, bytes};
    size.square = bytes * bytes;
    size.largest = bytes;
    return size;
  }
  if (source_ && same_sizes(*source_, layout)) {
    size.mean = {source_mean_, source_mean_, source_mean_};
  } else {
    // Cutting at `most` takes the least off if no stack is deeper, the most if all are of depth 1 or the
    // deepest.
    const double kept = most < kDeepest ? (most - 1) / (kDeepest - 1) : 1;
    const double low = 1 + (frames_.low - 1) * kept;
    const double high = std::min(frames_.high, most);
    const double word = layout.word();
    const double fixed_part = layout.record(1, false).header + layout.record(1, false).unused;
    const double slack = Layout::kAlignment - word;
    const double largest = record(static_cast<std::size_t>(most));
    size.mean.low = std::min(fixed_part + word * low, largest);
    size.mean.high = std::min(fixed_part + word * high + slack, largest);
    if (!depths_.empty() && !source_) {
      size.mean.likely = moments(depths_, record).mean;
      if (whole_) size.mean.low = size.mean.high = size.mean.likely;
    } else {
      size.mean.likely = fixed_part + word * std::min(frames_.likely, most) + slack / 2;
    }
    size.mean.likely = std::clamp(size.mean.likely, size.mean.low, size.mean.high);
  }
  if (depths_.empty()) {
    size.square = size.mean.likely * size.mean.likely * (1 + kSpread * kSpread);
  } else {
    // The spread is the sample's, the mean may come from elsewhere.
    const Moments m = moments(depths_, record);
    size.square = m.mean > 0 ? m.square * (size.mean.likely / m.mean) * (size.mean.likely / m.mean) : 0;
  }
  return size;
}

}  // namespace depot
