// What a depot took: every byte of its pools, by what it is spent on, and the kernel's own counters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "depot/stats.h"

namespace depot {

// Of one boot, or of several added up. Bytes unless said otherwise.
struct Accounting {
  // The law, always: byte_sum() == pool_bytes == pools * pool size.
  std::uint64_t header_bytes = 0;       // of records in use
  std::uint64_t entry_bytes = 0;        // frames stored
  std::uint64_t padding_bytes = 0;      // to 16
  std::uint64_t unused_slot_bytes = 0;  // entry slots without a frame
  std::uint64_t freelist_bytes = 0;     // whole slots: evicted ones and, in v6.8-rc1 .. rc6, those never used
  std::uint64_t tail_bytes = 0;         // ends of pools where a record did not fit, for good
  std::uint64_t last_pool_free_bytes = 0;  // still to be carved
  std::uint64_t pools = 0;                 // count, the kernel's `pools`
  std::uint64_t pool_bytes = 0;
  std::uint64_t spare_bytes = 0;  // the pool allocated ahead, which `pools` leaves out
  std::uint64_t hash_table_bytes = 0;

  std::uint64_t pool_offset = 0;  // in the last pool; of the last boot

  // Records, counts.
  std::uint64_t persistent = 0;
  std::uint64_t refcounted = 0;        // in use
  std::uint64_t freelist = 0;          // slots
  std::uint64_t persistent_bytes = 0;  // sum of their sizes, as the kernel counts it
  std::uint64_t allocations = 0;       // records made, persistent or refcounted, reuse of a slot included
  std::uint64_t refcounted_allocations = 0;
  std::uint64_t frees = 0;       // evictions
  std::uint64_t truncated = 0;   // in use, deeper than MAX_FRAMES when saved: each save made one
  std::uint64_t max_copies = 0;  // most records at a time of one truncated stack, all in one hash chain

  // Saves that got no record (the handle is 0), and puts that freed nothing.
  std::uint64_t lost_at_cap = 0;      // "Stack depot reached limit capacity"
  std::uint64_t lost_too_deep = 0;    // larger than a pool; no client of a kernel does that
  std::uint64_t puts_persistent = 0;  // on a persistent record: "refcount_t: underflow; use-after-free."
  std::uint64_t puts_unbalanced = 0;  // of a stack that is not stored

  // The hash table over records in use that were not truncated, counts.
  std::uint64_t buckets = 0;
  std::uint64_t buckets_used = 0;
  std::uint64_t max_chain = 0;
  std::vector<std::uint64_t> chains;  // [n]: buckets whose chain is n long; [0] is unused

  std::uint64_t boots = 0;

  [[nodiscard]] std::uint64_t records() const { return persistent + refcounted; }
  [[nodiscard]] std::uint64_t byte_sum() const {
    return header_bytes + entry_bytes + padding_bytes + unused_slot_bytes + freelist_bytes + tail_bytes +
           last_pool_free_bytes;
  }
  // Spent on records and of no use to anybody. Free slots are not in it: they wait for reuse.
  [[nodiscard]] std::uint64_t wasted_bytes() const { return padding_bytes + unused_slot_bytes + tail_bytes; }
  // Pools and the hash table, without the spare pool.
  [[nodiscard]] std::uint64_t total_bytes() const { return pool_bytes + hash_table_bytes; }

  // The kernel's counters, by the names of its generation; nothing but `pools` for kernels that print none.
  [[nodiscard]] Stats stats(StatsGeneration generation) const;

  // Adds another boot: counts and bytes add up, the longest chain and most copies are the larger ones,
  // pool_offset is the other's.
  Accounting& operator+=(const Accounting& other);
};

}  // namespace depot
