#include "depot/layout.h"

#include <algorithm>
#include <bit>

namespace depot {
namespace {

// More frames than any pool can hold: what is deeper is too deep, whatever the number.
constexpr std::uint64_t kTooManyFrames = 1u << 20;

std::uint32_t align(std::uint32_t bytes) {
  return (bytes + Layout::kAlignment - 1) / Layout::kAlignment * Layout::kAlignment;
}

}  // namespace

Layout::Layout(const Config& config) {
  const EraRow* const found = find_era(config.kernel);
  era_ = found != nullptr ? found : &eras().front();
  word_ = config.word == 4 ? 4 : 8;
  page_size_ = std::clamp(std::bit_floor(config.page_size), 4096u, 262144u);
  max_frames_ = std::clamp(config.max_frames, 1u, 256u);

  // A chain link (a pointer, from v6.8 on a list_head), then hash, size and handle, 4 bytes each; from v6.8
  // on the count, which falls into what is padding before on 64 bit.
  const bool variable = era_->records == Records::kVariable;
  header_ = variable ? (word_ == 8 ? 24 : 16) : (word_ == 8 ? 32 : 24);
  entries_area_ = max_frames_ * word_;
  // Since 4434a56ec209 (v6.8-rc3) a list_head and the RCU cookie share the space of the entries.
  if (era_->freelist_fifo) entries_area_ = std::max(entries_area_, 3 * word_);
  slot_ = variable ? 0 : align(header_ + entries_area_);

  const auto page_shift = static_cast<std::uint32_t>(std::countr_zero(page_size_));
  pool_size_ = 4 * page_size_;
  offset_bits_ = 2 + page_shift - 4;
  pool_bits_ = 32 - offset_bits_ - era_->valid_bits - era_->extra_bits;
  std::uint32_t cap = era_->pools_cap;
  if (era_->kmsan_cap && config.kmsan && max_frames_ >= 32) cap *= max_frames_ / 16;
  // The field holds index + 1 from 3ee34eabac2a on, so its highest index is one less.
  const std::uint32_t field = (1u << pool_bits_) - (era_->index_plus_one ? 1 : 0);
  max_pools_ = std::min(field, cap);
  settable_pools_ = era_->pools_settable ? field : 0;
  if (era_->pools_settable && config.max_pools) max_pools_ = std::clamp(*config.max_pools, 1u, field);
  hash_order_ = std::clamp(config.hash_order.value_or(20), 1u, 20u);
}

std::string Layout::label() const {
  std::string text(era_->group);
  if (fixed()) return text + " fixed " + std::to_string(slot_) + " B";
  return text + " (" + std::to_string(header_) + " + " + std::to_string(word_) + "n)";
}

bool Layout::truncates(std::uint64_t frames) const {
  return era_->truncates && frames > max_frames_;
}

std::uint32_t Layout::stored_frames(std::uint64_t frames) const {
  return static_cast<std::uint32_t>(std::min(frames, era_->truncates ? max_frames_ : kTooManyFrames));
}

RecordBytes Layout::record(std::uint64_t frames, bool refcounted) const {
  RecordBytes bytes;
  bytes.header = header_;
  bytes.entries = stored_frames(frames) * word_;
  if (era_->records == Records::kFixed || (era_->records == Records::kMixed && refcounted))
    bytes.unused = entries_area_ - bytes.entries;
  else if (era_->records == Records::kMixed)
    bytes.unused = entries_area_ - max_frames_ * word_;  // only if MAX_FRAMES < 3, see above
  const std::uint32_t size = bytes.header + bytes.entries + bytes.unused;
  bytes.padding = align(size) - size;
  return bytes;
}

std::uint32_t Layout::encode(const Place& place) const {
  std::uint32_t shift = 0;
  const auto put = [&shift](std::uint32_t value, std::uint32_t bits) {
    if (bits == 0) return 0u;
    const std::uint32_t field = (value & ((1u << bits) - 1)) << shift;
    shift += bits;
    return field;
  };
  std::uint32_t handle = put(place.pool + (era_->index_plus_one ? 1 : 0), pool_bits_);
  handle |= put(place.offset / kAlignment, offset_bits_);
  handle |= put(1, era_->valid_bits);
  return handle | put(place.extra, era_->extra_bits);
}

Place Layout::decode(std::uint32_t handle) const {
  const auto take = [&handle](std::uint32_t bits) {
    const std::uint32_t value = handle & ((1u << bits) - 1);
    handle >>= bits;
    return value;
  };
  Place place;
  place.pool = take(pool_bits_) - (era_->index_plus_one ? 1 : 0);
  place.offset = take(offset_bits_) * kAlignment;
  take(era_->valid_bits);
  place.extra = take(era_->extra_bits);
  return place;
}

}  // namespace depot
