// One depot under one config: carves records into pools as that kernel does, and accounts for every byte.
// It does not see frames: a caller that has deduplicated them (Replay) names each stack by a small number.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "depot/accounting.h"
#include "depot/chunked.h"
#include "depot/layout.h"

namespace depot {

class PoolModel {
 public:
  // `evicting`: whether any save may be refcounted; without it nothing is kept for that.
  PoolModel(const Config& config, bool evicting);

  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] bool evicting() const { return evicting_; }

  // Saves stack `record`, of `frames` frames, `count` times. Numbers are dense: the first save of a number
  // follows those of all smaller ones. `now` is how many saves of any stack came before, for the grace
  // period.
  void save(std::uint32_t record, std::uint64_t frames, bool refcounted, std::uint64_t count,
            std::uint64_t now);
  // True if a further save of a stack that was saved before, not truncated, has to be told to save().
  [[nodiscard]] bool wants_duplicate(bool refcounted) const {
    return refcounted || sums_.frees > 0 || loses();
  }
  // True once a save got no record.
  [[nodiscard]] bool loses() const { return sums_.lost_at_cap > 0 || sums_.lost_too_deep > 0; }
  // Starts to fetch what save() of a duplicate reads.
  void fetch(std::uint32_t record) const {
    if (record < places_.size()) __builtin_prefetch(&places_[record]);
    if (record < references_.size()) __builtin_prefetch(&references_[record]);
  }
  // Releases `count` references of a stack saved before. `now` as above.
  void put(std::uint32_t record, std::uint64_t frames, std::uint64_t count, std::uint64_t now);
  // The same of a stack that never was.
  void put_unknown(std::uint64_t count) { sums_.puts_unbalanced += count; }
  // An empty depot again.
  void reset();

  // Of this boot, without the hash table's part, which needs frames.
  [[nodiscard]] Accounting accounting() const;
  // Where the stack's record is; of several the latest. Nothing if it was never saved, was lost or evicted.
  [[nodiscard]] std::optional<Place> place(std::uint32_t record) const;
  [[nodiscard]] bool holds(std::uint32_t record) const { return place(record).has_value(); }
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  struct Slot {
    std::uint32_t place;
    std::uint64_t ripe;  // reusable once that many saves were made
  };
  // A truncated stack's records, one per save.
  struct Copies {
    std::deque<std::uint32_t> refcounted;  // oldest first
    std::uint64_t persistent = 0;
    std::uint32_t latest_persistent = 0;
  };

  [[nodiscard]] std::uint32_t pack(std::uint32_t pool, std::uint32_t offset) const;
  bool publish();
  [[nodiscard]] bool whole_slot(bool refcounted) const { return refcounted || layout_.fixed(); }
  std::optional<std::uint32_t> take_slot(std::uint64_t now);
  std::uint64_t carve(std::uint32_t size, std::uint64_t count, std::uint32_t& last);
  std::uint64_t lose(std::uint64_t count, std::uint64_t now, bool slot);
  std::optional<std::uint32_t> store(std::uint64_t frames, bool refcounted, std::uint64_t now);
  void save_truncated(std::uint32_t record, std::uint64_t frames, bool refcounted, std::uint64_t count,
                      std::uint64_t now);
  void set_references(std::uint32_t record, std::uint32_t references);
  void add(std::uint64_t frames, bool refcounted, std::uint64_t count);
  void evict(std::uint32_t place, std::uint64_t frames, std::uint64_t now);

  Layout layout_;
  bool evicting_;
  std::uint64_t grace_;
  std::uint32_t offset_ = 0;  // in the last pool
  bool spare_ = false;
  Accounting sums_;
  Chunked<std::uint32_t> places_;                     // by record; kNowhere if not stored
  Chunked<std::uint32_t> references_;                 // by record, of the GET kind; kept if evicting
  std::unordered_map<std::uint32_t, Copies> copies_;  // of truncated stacks
  std::deque<Slot> freelist_;                         // its head is the front
};

}  // namespace depot
