// A deduplicating store of stacks: each unique one is kept once, for good, under a dense id.
// Frames lie in blocks of an arena that never move, so a span stays valid as long as the store lives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace depot {

using StackId = std::uint32_t;

// What a replay remembers of a stack. It lies in front of the frames, so that a stack seen before is
// recognised and counted in one place of memory.
struct StackUse {
  std::uint64_t saves = 0;
  std::uint32_t boot = 0;     // the last boot that saved it; 0 is none
  std::uint32_t record = 0;   // its number within that boot
  std::uint16_t clients = 0;  // a bit per Client that saved it
};

class StackStore {
 public:
  struct Interned {
    StackId id;
    bool is_new;
    StackUse& use;
  };

  StackStore();

  // The stack's id, a new one if it was not known. Any depth up to 2^32 - 1, 0 too.
  Interned intern(std::span<const std::uint64_t> frames);
  // The id of a known stack; nothing is added.
  [[nodiscard]] std::optional<StackId> find(std::span<const std::uint64_t> frames) const;

  // Ids are 0 .. size() - 1, in order of first sight. `id` must be one of them.
  [[nodiscard]] std::span<const std::uint64_t> frames(StackId id) const;
  [[nodiscard]] const StackUse& use(StackId id) const;
  [[nodiscard]] StackUse& use(StackId id);
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::uint64_t frame_bytes() const { return frame_bytes_; }    // of all unique stacks
  [[nodiscard]] std::uint64_t memory_bytes() const { return memory_bytes_; }  // all that the store holds

 private:
  struct Header;

  std::size_t size_ = 0;
  std::uint64_t frame_bytes_ = 0;
  std::uint64_t memory_bytes_ = 0;
};

}  // namespace depot
