// One pass over saves and puts, measured under any number of configs at once.
// The stacks are stored once; each config has a PoolModel, which hears of a save only if it makes a record or
// counts a reference there. The replay owns both and copies frames.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "depot/accounting.h"
#include "depot/chunked.h"
#include "depot/client.h"
#include "depot/config.h"
#include "depot/pool_model.h"
#include "depot/stack_store.h"

namespace depot {

struct ClientFacts {
  std::uint64_t saves = 0;
  std::uint64_t unique = 0;  // stacks that this client saved at least once
};

// What was saved, whatever the config; over all boots. Depths are of unique stacks, in frames, as saved.
struct Facts {
  std::uint64_t saves = 0;
  std::uint64_t unique = 0;
  std::uint64_t empty = 0;  // saves without frames, which no kernel stores; not in `saves`
  std::uint64_t puts = 0;
  std::uint64_t boots = 0;   // with at least one save or put
  std::uint64_t frames = 0;  // of all unique stacks
  std::uint32_t min_depth = 0;
  std::uint32_t max_depth = 0;
  double median_depth = 0;
  double mean_depth = 0;
  std::vector<std::uint64_t> depths;                // [n]: unique stacks of n frames
  std::array<ClientFacts, kClientCount> clients{};  // by Client
  [[nodiscard]] double dedup_ratio() const;         // saves / unique; 0 if there are none
};

// One call of save(). The frames stay the caller's, innermost first.
struct Save {
  std::span<const std::uint64_t> frames;
  Client client = Client::kUnknown;
  std::optional<bool> evictable;  // the stack's own flag: see saves_refcounted() in config.h
  std::uint64_t count = 1;        // times in a row
};

class Replay {
 public:
  // Each config should have passed config_error().
  explicit Replay(std::vector<Config> configs);

  void save(std::span<const std::uint64_t> frames, Client client = Client::kUnknown,
            std::optional<bool> evictable = std::nullopt, std::uint64_t count = 1) {
    save_one({frames, client, evictable, count}, StackStore::hash(frames));
  }
  // One after the other. Dozens at a time are faster than one at a time once the store has outgrown the
  // caches.
  void save(std::span<const Save> saves);
  // Releases `count` references. Of a stack deeper than MAX_FRAMES, which has a record per save, the oldest
  // goes first.
  void put(std::span<const std::uint64_t> frames, std::uint64_t count = 1);
  // What follows was saved by another boot: every depot starts empty. Costs what that boot stored, not what
  // the store holds. Does nothing if this boot saved and put nothing.
  void new_boot();

  [[nodiscard]] Facts facts() const;
  // Per config, in the order given: all boots added up, the current one included. May be called at any time.
  [[nodiscard]] std::vector<Accounting> finish() const;
  // The same of the current boot alone.
  [[nodiscard]] std::vector<Accounting> current() const;

  [[nodiscard]] const std::vector<Config>& configs() const { return configs_; }
  [[nodiscard]] const StackStore& stacks() const { return store_; }
  [[nodiscard]] const Layout& layout(std::size_t config) const { return models_[config].layout(); }
  // The handle under which this boot's depot holds a stack; nothing if it does not. Of several records the
  // latest.
  [[nodiscard]] std::optional<std::uint32_t> handle(std::size_t config, StackId id) const;
  // The kernel's hashes of the stacks that this boot's depot holds, truncated ones left out: for
  // hash_advice().
  [[nodiscard]] std::vector<std::uint32_t> hashes(std::size_t config) const;
  // Bytes of memory that the replay holds, the store's included.
  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  // Per client, for a stack whose own flag is absent, false or true.
  using Refcounted = std::array<std::array<bool, 3>, kClientCount>;

  void save_one(const Save& save, std::uint32_t hash);
  void save_interned(const Save& save, StackUse& use);
  void save_in_all(const StackUse& use, Client client, std::size_t flag, std::uint64_t count);
  [[nodiscard]] bool in_boot(const StackUse& use) const { return use.boot == boot_; }
  void account_buckets(std::vector<Accounting>& accountings) const;

  std::vector<Config> configs_;
  std::deque<PoolModel> models_;         // by config
  std::vector<Refcounted> refcounted_;   // by config
  std::vector<std::uint32_t> watchful_;  // configs that may have to hear of a duplicate
  std::uint32_t shallowest_;             // the smallest MAX_FRAMES of all
  StackStore store_;
  Chunked<StackId> records_;      // of this boot, in order of first save
  std::vector<Accounting> past_;  // boots before, by config
  std::uint32_t boot_ = 1;
  std::uint64_t boot_saves_ = 0;
  std::uint64_t boot_puts_ = 0;
  std::uint64_t past_boots_ = 0;
  std::uint64_t saves_ = 0;
  std::uint64_t puts_ = 0;
  std::uint64_t empty_ = 0;
  std::array<ClientFacts, kClientCount> clients_{};
};

}  // namespace depot
