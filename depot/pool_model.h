// One depot under one config: carves records into pools as that kernel does, and accounts for every byte.
// It does not see frames: a caller that has deduplicated them (Replay) names each stack by a small number.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "depot/accounting.h"
#include "depot/layout.h"

namespace depot {

class PoolModel {
 public:
  explicit PoolModel(const Config& config);

  [[nodiscard]] const Layout& layout() const { return layout_; }

  // Saves stack `record`, of `frames` frames, `count` times. Numbers are small and dense: the first save of a
  // number follows those of all smaller ones. `now` is the number of saves so far, for the grace period.
  void save(std::uint32_t record, std::uint64_t frames, bool refcounted, std::uint64_t count,
            std::uint64_t now);
  // Releases `count` references.
  void put(std::uint32_t record, std::uint64_t frames, std::uint64_t count, std::uint64_t now);
  // An empty depot again.
  void reset();

  // Without the hash table's part, which needs frames.
  [[nodiscard]] Accounting accounting() const;
  // False if it was never saved, was lost or evicted.
  [[nodiscard]] bool holds(std::uint32_t record) const;
  [[nodiscard]] std::optional<Place> place(std::uint32_t record) const;

 private:
  Layout layout_;
};

}  // namespace depot
