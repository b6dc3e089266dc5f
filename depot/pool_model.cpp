#include "depot/pool_model.h"

#include <algorithm>

namespace depot {
namespace {

constexpr std::uint32_t kNowhere = 0xffffffff;
// include/linux/refcount.h: a count that would pass INT_MAX is saturated and never freed any more.
constexpr std::uint32_t kMostReferences = 0x7fffffff;
constexpr std::uint32_t kPinned = 0xfffffffe;
constexpr std::uint32_t kPersistent = 0xffffffff;

std::uint32_t add_references(std::uint32_t references, std::uint64_t count) {
  if (references >= kPinned) return references;
  return count > kMostReferences - references ? kPinned : references + static_cast<std::uint32_t>(count);
}

}  // namespace

PoolModel::PoolModel(const Config& config, bool evicting)
    : layout_(config), evicting_(evicting), grace_(layout_.era().freelist_fifo ? config.grace : 0) {
  reset();
}

void PoolModel::reset() {
  offset_ = 0;
  spare_ = false;
  sums_ = Accounting{};
  sums_.boots = 1;
  places_.clear();
  references_.clear();
  copies_.clear();
  freelist_.clear();
}

std::uint32_t PoolModel::pack(std::uint32_t pool, std::uint32_t offset) const {
  return pool << layout_.offset_bits() | offset / Layout::kAlignment;
}

// A further pool, the old one's end being lost; false at the cap. In the fixed eras all of its slots go to
// the front of the freelist, in ascending order, so that the last one is the first to be used.
bool PoolModel::publish() {
  if (sums_.pools == layout_.max_pools()) return false;
  const auto pool = static_cast<std::uint32_t>(sums_.pools++);
  if (!layout_.fixed()) {
    if (pool > 0) sums_.tail_bytes += layout_.pool_size() - offset_;
    offset_ = 0;
    return true;
  }
  for (std::uint32_t slot = 0; slot < layout_.slots_per_pool(); ++slot)
    freelist_.push_front({pack(pool, slot * layout_.slot_size()), 0});
  sums_.tail_bytes += layout_.pool_size() - layout_.slots_per_pool() * layout_.slot_size();
  offset_ = layout_.pool_size();
  return true;
}

// Places up to `count` records of one size, in one step whatever the number; returns how many found room.
std::uint64_t PoolModel::carve(std::uint32_t size, std::uint64_t count, std::uint32_t& last) {
  std::uint64_t placed = 0;
  while (placed < count) {
    spare_ = true;  // a save allocates a pool ahead, and keeps it if it did not need it
    if (sums_.pools == 0 || offset_ + size > layout_.pool_size()) {
      if (!publish()) break;
      spare_ = false;
    }
    const std::uint64_t fit = (layout_.pool_size() - offset_) / size;
    const std::uint64_t here = std::min(fit, count - placed);
    offset_ += static_cast<std::uint32_t>(here) * size;
    placed += here;
    spare_ |= here > 1;
    last = pack(static_cast<std::uint32_t>(sums_.pools - 1), offset_ - size);
  }
  return placed;
}

// A whole slot: the head of the freelist if its grace period is over (only the head is looked at), else a
// fresh one.
std::optional<std::uint32_t> PoolModel::take_slot(std::uint64_t now) {
  spare_ = true;
  if (freelist_.empty() || freelist_.front().ripe > now) {
    if (!layout_.fixed()) {
      std::uint32_t place = kNowhere;
      if (carve(layout_.slot_size(), 1, place) == 0) return std::nullopt;
      return place;
    }
    if (!publish()) return std::nullopt;
    spare_ = false;
  }
  const std::uint32_t place = freelist_.front().place;
  freelist_.pop_front();
  return place;
}

// At the cap: how many of `count` saves are lost for sure before another can succeed.
std::uint64_t PoolModel::lose(std::uint64_t count, std::uint64_t now, bool slot) {
  std::uint64_t lost = count;
  if (slot && !freelist_.empty()) lost = std::min(count, freelist_.front().ripe - now);
  sums_.lost_at_cap += lost;
  return lost;
}

void PoolModel::add(std::uint64_t frames, bool refcounted, std::uint64_t count) {
  const RecordBytes bytes = layout_.record(frames, refcounted);
  sums_.header_bytes += bytes.header * count;
  sums_.entry_bytes += bytes.entries * count;
  sums_.unused_slot_bytes += bytes.unused * count;
  sums_.padding_bytes += bytes.padding * count;
  sums_.allocations += count;
  if (layout_.truncates(frames)) sums_.truncated += count;
  if (refcounted) {
    sums_.refcounted += count;
    sums_.refcounted_allocations += count;
  } else {
    sums_.persistent += count;
    sums_.persistent_bytes += bytes.total() * count;
  }
}

std::optional<std::uint32_t> PoolModel::store(std::uint64_t frames, bool refcounted, std::uint64_t now) {
  std::uint32_t place = kNowhere;
  if (whole_slot(refcounted)) {
    const std::optional<std::uint32_t> slot = take_slot(now);
    if (!slot) return std::nullopt;
    place = *slot;
  } else if (carve(layout_.record(frames, false).total(), 1, place) == 0) {
    return std::nullopt;
  }
  add(frames, refcounted, 1);
  return place;
}

// As long as nothing is refcounted there are no counts to keep.
void PoolModel::set_references(std::uint32_t record, std::uint32_t references) {
  if (references_.size() == 0) {
    if (references == kPersistent) return;
    while (references_.size() < places_.size()) references_.push_back(kPersistent);
  }
  references_[record] = references;
}

void PoolModel::save(std::uint32_t record, std::uint64_t frames, bool refcounted, std::uint64_t count,
                     std::uint64_t now) {
  if (record >= places_.size()) {
    places_.push_back(kNowhere);
    if (references_.size() > 0) references_.push_back(kPersistent);
  }
  if (count == 0) return;
  if (layout_.record(frames, refcounted).total() > layout_.pool_size()) {
    sums_.lost_too_deep += count;
    return;
  }
  if (layout_.truncates(frames)) {
    save_truncated(record, frames, refcounted, count, now);
    return;
  }
  std::uint32_t& place = places_[record];
  while (place == kNowhere && count > 0) {
    const std::optional<std::uint32_t> stored = store(frames, refcounted, now);
    if (stored) {
      place = *stored;
      set_references(record, refcounted ? 0 : kPersistent);
    } else {
      const std::uint64_t lost = lose(count, now, whole_slot(refcounted));
      now += lost;
      count -= lost;
    }
  }
  if (place == kNowhere || count == 0) return;
  // The first saver has decided: GET on a persistent record finds its count saturated and leaves it so, and a
  // save without GET takes no reference.
  if (refcounted && references_.size() > 0) references_[record] = add_references(references_[record], count);
}

// Lookup compares the full stack with the stored, shorter one and never finds it: each save makes a record.
void PoolModel::save_truncated(std::uint32_t record, std::uint64_t frames, bool refcounted,
                               std::uint64_t count, std::uint64_t now) {
  Copies& copies = copies_[record];
  if (!whole_slot(refcounted)) {
    std::uint32_t place = kNowhere;
    const std::uint64_t placed = carve(layout_.record(frames, false).total(), count, place);
    sums_.lost_at_cap += count - placed;
    if (placed > 0) {
      add(frames, false, placed);
      copies.persistent += placed;
      places_[record] = copies.latest_persistent = place;
    }
  } else {
    while (count > 0) {
      const std::optional<std::uint32_t> place = store(frames, refcounted, now);
      const std::uint64_t done = place ? 1 : lose(count, now, true);
      if (place) {
        places_[record] = *place;
        if (refcounted) {
          copies.refcounted.push_back(*place);
        } else {
          ++copies.persistent;
          copies.latest_persistent = *place;
        }
      }
      now += done;
      count -= done;
    }
  }
  sums_.max_copies = std::max<std::uint64_t>(sums_.max_copies, copies.persistent + copies.refcounted.size());
}

void PoolModel::evict(std::uint32_t place, std::uint64_t frames, std::uint64_t now) {
  const RecordBytes bytes = layout_.record(frames, true);
  sums_.header_bytes -= bytes.header;
  sums_.entry_bytes -= bytes.entries;
  sums_.unused_slot_bytes -= bytes.unused;
  sums_.padding_bytes -= bytes.padding;
  --sums_.refcounted;
  ++sums_.frees;
  if (layout_.truncates(frames)) --sums_.truncated;
  if (!layout_.era().freelist_fifo)
    freelist_.push_front({place, 0});
  else
    freelist_.push_back({place, now > ~std::uint64_t{0} - grace_ ? ~std::uint64_t{0} : now + grace_});
}

void PoolModel::put(std::uint32_t record, std::uint64_t frames, std::uint64_t count, std::uint64_t now) {
  if (!evicting_ || count == 0) return;
  if (record >= places_.size()) return put_unknown(count);
  if (layout_.truncates(frames)) {
    const auto found = copies_.find(record);
    if (found == copies_.end()) return put_unknown(count);
    Copies& copies = found->second;
    for (; count > 0 && !copies.refcounted.empty(); --count) {
      evict(copies.refcounted.front(), frames, now);
      copies.refcounted.pop_front();
    }
    if (copies.refcounted.empty())
      places_[record] = copies.persistent > 0 ? copies.latest_persistent : kNowhere;
    (copies.persistent > 0 ? sums_.puts_persistent : sums_.puts_unbalanced) += count;
    return;
  }
  if (places_[record] == kNowhere) return put_unknown(count);
  if (references_.size() == 0 || references_[record] == kPersistent) {
    sums_.puts_persistent += count;
    return;
  }
  std::uint32_t& references = references_[record];
  if (references == kPinned) {
    return;
  } else if (count < references) {
    references -= static_cast<std::uint32_t>(count);
  } else {
    sums_.puts_unbalanced += count - references;
    references = 0;
    evict(places_[record], frames, now);
    places_[record] = kNowhere;
  }
}

Accounting PoolModel::accounting() const {
  Accounting sums = sums_;
  sums.freelist = freelist_.size();
  sums.freelist_bytes = sums.freelist * layout_.slot_size();
  sums.pool_offset = offset_;
  sums.pool_bytes = sums.pools * layout_.pool_size();
  if (sums.pools > 0 && !layout_.fixed()) sums.last_pool_free_bytes = layout_.pool_size() - offset_;
  // Up to v6.8-rc6 nothing is allocated ahead for a pool that the cap forbids; later one is, and stays
  // unused.
  const bool spare = spare_ && (layout_.era().records == Records::kMixed || sums.pools < layout_.max_pools());
  sums.spare_bytes = spare ? layout_.pool_size() : 0;
  return sums;
}

std::optional<Place> PoolModel::place(std::uint32_t record) const {
  if (record >= places_.size() || places_[record] == kNowhere) return std::nullopt;
  const std::uint32_t packed = places_[record];
  const std::uint32_t offset = packed & ((1u << layout_.offset_bits()) - 1);
  return Place{packed >> layout_.offset_bits(), offset * Layout::kAlignment, 0};
}

std::uint64_t PoolModel::memory_bytes() const {
  std::uint64_t bytes = places_.memory_bytes() + references_.memory_bytes() + freelist_.size() * sizeof(Slot);
  for (const auto& [record, copies] : copies_)
    bytes += sizeof(record) + sizeof(copies) + 2 * sizeof(void*) +
             copies.refcounted.size() * sizeof(std::uint32_t);
  return bytes;
}

}  // namespace depot
