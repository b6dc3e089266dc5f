// The eras of lib/stackdepot.c: one row of facts per change of layout, from v4.6 on.
// Everything else (sizes, handles, caps) is derived from a row in layout.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "depot/kernel_version.h"

namespace depot {

enum class Era : std::uint8_t {
  kA0,  // v4.6 .. v4.8: the depot as introduced (cd11016e5f52), 1024 slabs
  kA1,  // v4.9 .. v5.11: 8192 slabs
  kA2,  // v5.12 .. v5.19: order of the hash table configurable
  kA3,  // v6.0: the table sizes itself
  kA4,  // v6.1 .. v6.2: five extra bits in the handle, for KMSAN
  kA5,  // v6.3 .. v6.7: slabs are called pools (961c949b012f)
  kB0,  // v6.8-rc1 .. rc2: fixed-size records, freelist, eviction (fc60e0caa94d, 108be8def46e)
  kB1,  // v6.8-rc3 .. rc6: lock-less lookup, RCU grace period, counters (4434a56ec209, c2a292545cd4)
  kC0,  // v6.8-rc7 .. v6.8.2: variable size for persistent records (31639fd6cebd)
  kC1,  // v6.8.3 .. v6.8.4, v6.9-rc1 .. rc2: handles hold pool index + 1 (3ee34eabac2a)
  kC2,  // v6.8.5 .. v6.16: the field's name says so (a6c1d9cb9a68)
  kC3,  // v6.17 ..: stack_depot_max_pools= (ed4f142f72a9)
};

// How records are laid into pools.
enum class Records : std::uint8_t {
  kVariable,  // each takes what it needs, nothing is ever freed (v4.6 .. v6.7)
  kFixed,     // each takes a slot of CONFIG_STACKDEPOT_MAX_FRAMES entries (v6.8-rc1 .. rc6)
  kMixed,     // persistent ones take what they need, evictable ones a whole slot (v6.8-rc7 ..)
};

// Which counters /sys/kernel/debug/stackdepot/stats shows.
enum class StatsGeneration : std::uint8_t { kNone, kFixed, kSplit };

struct EraRow {
  Era era;
  KernelVersion first;     // the first version with it
  std::string_view range;  // "6.8-rc3 .. 6.8-rc6", for people
  std::string_view group;  // eras whose records look the same: "6.8-rc1..rc6", "6.9 .."
  Records records;
  std::uint8_t valid_bits;      // in the handle
  std::uint8_t extra_bits;      // in the handle
  bool index_plus_one;          // the handle's pool field is index + 1
  std::uint16_t pools_cap;      // before the width of the pool field is looked at
  bool kmsan_cap;               // KMSAN has more pools (bd9d9624b713)
  bool pools_settable;          // stack_depot_max_pools=
  bool truncates;               // CONFIG_STACKDEPOT_MAX_FRAMES exists
  bool freelist_fifo;           // reused in order of eviction, behind a grace period; else last in, first out
  std::uint8_t bucket_words;    // words of the target per hash bucket: 1 a pointer, 2 a list_head
  std::uint8_t min_hash_order;  // of the hash table, log2 of buckets
  std::uint8_t max_hash_order;
  StatsGeneration stats;
};

// All rows, oldest first.
[[nodiscard]] std::span<const EraRow> eras();

// The row of an era.
[[nodiscard]] const EraRow& era_row(Era era);

// The row for a kernel; nullptr before v4.6, which had no depot.
[[nodiscard]] const EraRow* find_era(const KernelVersion& version);

}  // namespace depot
