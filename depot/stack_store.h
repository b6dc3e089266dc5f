// A deduplicating store of stacks: each unique one is kept once, for good, under a dense id.
// Frames lie in blocks of an arena that never move, so a span stays valid as long as the store lives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "depot/chunked.h"

namespace depot {

using StackId = std::uint32_t;

// A known stack: its depth, and what a replay remembers of it, which lies in front of the frames so that a
// stack seen before is recognised and counted in one place of memory.
struct StackUse {
  std::uint64_t saves : 48 = 0;
  std::uint64_t clients : 16 = 0;  // a bit per Client that saved it
  std::uint32_t boot = 0;          // the last boot that saved it; 0 is none
  std::uint32_t record = 0;        // its number within that boot
  std::uint32_t depth = 0;         // frames
  StackId id = 0;
};

class StackStore {
 public:
  struct Interned {
    StackUse& use;
    bool is_new;
  };

  StackStore();

  // The stack's id and use, new if it was not known. Up to 2^32 - 1 frames, none at all too.
  Interned intern(std::span<const std::uint64_t> frames) { return intern(frames, hash(frames)); }
  // The same for a hash() already taken.
  Interned intern(std::span<const std::uint64_t> frames, std::uint32_t hash);

  // For many stacks at a time: each of these starts to fetch what the next step reads, so that the waits for
  // memory overlap. To be called for all of them in this order, then intern().
  static void fetch(std::span<const std::uint64_t> frames);  // what is to be hashed
  void fetch_slot(std::uint32_t hash) const;
  void fetch_entry(std::uint32_t hash) const;
  void fetch_frames(std::uint32_t hash, std::size_t depth) const;

  // A known stack; nullptr, and nothing added, if it is not.
  [[nodiscard]] const StackUse* find(std::span<const std::uint64_t> frames) const;
  [[nodiscard]] StackUse* find(std::span<const std::uint64_t> frames);

  // Ids are 0 .. size() - 1, in order of first sight. `id` must be one of them.
  [[nodiscard]] std::span<const std::uint64_t> frames(StackId id) const;
  [[nodiscard]] const StackUse& use(StackId id) const { return *stacks_[id]; }
  [[nodiscard]] std::size_t size() const { return stacks_.size(); }

  [[nodiscard]] std::uint64_t frame_bytes() const { return frame_bytes_; }  // of all unique stacks
  [[nodiscard]] std::uint64_t memory_bytes() const;                         // all that the store holds

  // The hash that finds stacks here. It is not the kernel's, which is slower (hash_table.h).
  [[nodiscard]] static std::uint32_t hash(std::span<const std::uint64_t> frames);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    StackId id = kFree;
  };
  static constexpr StackId kFree = 0xffffffff;

  [[nodiscard]] std::size_t locate(std::span<const std::uint64_t> frames, std::uint32_t hash) const;
  StackUse* append(std::span<const std::uint64_t> frames);
  void grow();

  std::vector<Slot> slots_;  // open addressing, a power of two of them
  Chunked<StackUse*> stacks_;
  std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
  std::uint64_t* next_ = nullptr;  // in the last block
  std::size_t room_ = 0;           // words left there
  std::uint64_t block_bytes_ = 0;
  std::uint64_t frame_bytes_ = 0;
};

}  // namespace depot
