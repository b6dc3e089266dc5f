#include "depot/accounting.h"

#include <algorithm>
#include <cstddef>

namespace depot {

Stats Accounting::stats(StatsGeneration generation) const {
  Stats stats;
  stats.pools = pools;
  if (generation == StatsGeneration::kFixed) {
    stats.allocations = allocations;
    stats.frees = frees;
    stats.in_use = records();
    stats.freelist_size = freelist;
  } else if (generation == StatsGeneration::kSplit) {
    stats.refcounted_allocations = refcounted_allocations;
    stats.refcounted_frees = frees;
    stats.refcounted_in_use = refcounted;
    stats.freelist_size = freelist;
    stats.persistent_count = persistent;
    stats.persistent_bytes = persistent_bytes;
  }
  return stats;
}

Accounting& Accounting::operator+=(const Accounting& other) {
  constexpr std::uint64_t Accounting::*kSums[] = {&Accounting::header_bytes,
                                                  &Accounting::entry_bytes,
                                                  &Accounting::padding_bytes,
                                                  &Accounting::unused_slot_bytes,
                                                  &Accounting::freelist_bytes,
                                                  &Accounting::tail_bytes,
                                                  &Accounting::last_pool_free_bytes,
                                                  &Accounting::pools,
                                                  &Accounting::pool_bytes,
                                                  &Accounting::spare_bytes,
                                                  &Accounting::hash_table_bytes,
                                                  &Accounting::persistent,
                                                  &Accounting::refcounted,
                                                  &Accounting::freelist,
                                                  &Accounting::persistent_bytes,
                                                  &Accounting::allocations,
                                                  &Accounting::refcounted_allocations,
                                                  &Accounting::frees,
                                                  &Accounting::truncated,
                                                  &Accounting::lost_at_cap,
                                                  &Accounting::lost_too_deep,
                                                  &Accounting::puts_persistent,
                                                  &Accounting::puts_unbalanced,
                                                  &Accounting::buckets,
                                                  &Accounting::buckets_used,
                                                  &Accounting::boots};
  for (const auto field : kSums) this->*field += other.*field;
  max_copies = std::max(max_copies, other.max_copies);
  max_chain = std::max(max_chain, other.max_chain);
  pool_offset = other.pool_offset;
  if (chains.size() < other.chains.size()) chains.resize(other.chains.size());
  for (std::size_t i = 0; i < other.chains.size(); ++i) chains[i] += other.chains[i];
  return *this;
}

}  // namespace depot
