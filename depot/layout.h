// Sizes, handles and caps of a depot, derived from its era's row for a word size, page size and MAX_FRAMES.
#pragma once

#include <cstdint>
#include <string>

#include "depot/config.h"
#include "depot/era.h"

namespace depot {

// The parts of one record; they add up to its size. Bytes.
struct RecordBytes {
  std::uint32_t header = 0;
  std::uint32_t entries = 0;  // the frames stored
  std::uint32_t unused = 0;   // entry slots that hold no frame
  std::uint32_t padding = 0;  // to the alignment of 16
  [[nodiscard]] std::uint32_t total() const { return header + entries + unused + padding; }
};

// A record's place, as its depot_stack_handle_t says it. The pool counts from 0 whatever the era.
struct Place {
  std::uint32_t pool = 0;
  std::uint32_t offset = 0;  // bytes from the pool's start
  std::uint32_t extra = 0;   // the client's bits (KMSAN)
  friend bool operator==(const Place&, const Place&) = default;
};

class Layout {
 public:
  explicit Layout(const Config& config);

  static constexpr std::uint32_t kAlignment = 16;  // DEPOT_STACK_ALIGN, every era and architecture

  [[nodiscard]] const EraRow& era() const { return *era_; }
  // "6.1 .. 6.7 (24 + 8n)", "6.8-rc1..rc6 fixed 544 B", "6.9 .. (32 + 8n)".
  [[nodiscard]] std::string label() const;

  [[nodiscard]] std::uint32_t word() const { return word_; }
  [[nodiscard]] std::uint32_t page_size() const { return page_size_; }
  [[nodiscard]] std::uint32_t max_frames() const { return max_frames_; }
  [[nodiscard]] std::uint32_t header_size() const { return header_; }  // the offset of `entries`
  // Frames kept of a stack of `frames`: at most MAX_FRAMES from v6.8 on, all of them before.
  [[nodiscard]] std::uint32_t stored_frames(std::uint64_t frames) const;
  [[nodiscard]] bool truncates(std::uint64_t frames) const;
  // The bytes of a record for a stack of `frames`, saved refcounted or not.
  [[nodiscard]] RecordBytes record(std::uint64_t frames, bool refcounted) const;
  [[nodiscard]] std::uint32_t slot_size() const {
    return slot_;
  }  // of a whole record; 0 in the eras without such
  [[nodiscard]] bool fixed() const { return era_->records == Records::kFixed; }

  [[nodiscard]] std::uint32_t pool_size() const { return pool_size_; }  // 4 pages in every era
  [[nodiscard]] std::uint32_t slots_per_pool() const { return slot_ == 0 ? 0 : pool_size_ / slot_; }
  [[nodiscard]] std::uint32_t max_pools() const { return max_pools_; }
  // The accepted range of stack_depot_max_pools= is 1024 .. this (v6.17 ..).
  [[nodiscard]] std::uint32_t settable_pools() const { return settable_pools_; }

  [[nodiscard]] std::uint32_t pool_bits() const { return pool_bits_; }
  [[nodiscard]] std::uint32_t offset_bits() const { return offset_bits_; }
  // Fields from bit 0 up as on little-endian targets: pool (+ 1), offset / 16, valid, extra.
  [[nodiscard]] std::uint32_t encode(const Place& place) const;
  [[nodiscard]] Place decode(std::uint32_t handle) const;

  [[nodiscard]] std::uint32_t hash_order() const { return hash_order_; }
  [[nodiscard]] std::uint64_t buckets() const { return std::uint64_t{1} << hash_order_; }
  [[nodiscard]] std::uint32_t bucket_size() const { return era_->bucket_words * word_; }  // bytes
  [[nodiscard]] std::uint64_t hash_table_bytes() const { return buckets() * bucket_size(); }

 private:
  const EraRow* era_;
  std::uint32_t word_, page_size_, max_frames_, header_, entries_area_, slot_, pool_size_;
  std::uint32_t offset_bits_, pool_bits_, max_pools_, settable_pools_, hash_order_;
};

}  // namespace depot
