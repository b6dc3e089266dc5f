#include "depot/stack_store.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

namespace depot {
namespace {

static_assert(sizeof(StackUse) % sizeof(std::uint64_t) == 0);
constexpr std::size_t kUseWords = sizeof(StackUse) / sizeof(std::uint64_t);
constexpr std::size_t kBlockWords = std::size_t{1} << 15;  // 256 KiB
constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kLineWords = 8;     // of a cache line
constexpr std::size_t kMostFetched = 64;  // frames; the hardware follows a longer read by itself

__extension__ using Wide = unsigned __int128;

// Multiplies to 128 bits and folds the halves together: every bit of both factors reaches every bit of the
// result.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Odd constants of no meaning, half of their bits set.
constexpr std::uint64_t kSalt[] = {0x9e6c63d0876a9a47, 0xc3a5c85c97cb3127, 0xb492b66fbe98f273,
                                   0x9ae16a3b2f90404f};

const std::uint64_t* frames_of(const StackUse& use) {
  return reinterpret_cast<const std::uint64_t*>(&use) + kUseWords;
}

}  // namespace

StackStore::StackStore() : slots_(kFirstSlots) {}

std::uint32_t StackStore::hash(std::span<const std::uint64_t> frames) {
  const std::uint64_t* frame = frames.data();
  std::size_t left = frames.size();
  // Two lanes, so that one multiplication need not wait for the other.
  std::uint64_t x = kSalt[0] ^ left;
  std::uint64_t y = kSalt[1];
  for (; left >= 4; left -= 4, frame += 4) {
    x = fold(frame[0] ^ kSalt[2], frame[1] ^ x);
    y = fold(frame[2] ^ kSalt[3], frame[3] ^ y);
  }
  if (left >= 2) {
    x = fold(frame[0] ^ kSalt[2], frame[1] ^ x);
    frame += 2;
    left -= 2;
  }
  if (left == 1) y = fold(frame[0] ^ kSalt[3], y);
  const std::uint64_t mixed = fold(x ^ kSalt[1], y ^ kSalt[0]);
  return static_cast<std::uint32_t>(mixed ^ (mixed >> 32));
}

// The slot of a stack, or the free one where it belongs.
std::size_t StackStore::locate(std::span<const std::uint64_t> frames, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == kFree) return i;
    if (slot.hash != hash) continue;
    const StackUse& use = *stacks_[slot.id];
    if (use.depth != frames.size()) continue;
    if (frames.empty() || std::memcmp(frames_of(use), frames.data(), frames.size_bytes()) == 0) return i;
  }
}

StackUse* StackStore::append(std::span<const std::uint64_t> frames) {
  const std::size_t words = kUseWords + frames.size();
  if (words > room_) {
    const std::size_t size = std::max(words, kBlockWords);
    blocks_.push_back(std::make_unique_for_overwrite<std::uint64_t[]>(size));
    next_ = blocks_.back().get();
    room_ = size;
    block_bytes_ += size * sizeof(std::uint64_t);
  }
  // The arena's words hold the use and then the frames; the use needs no destructor.
  StackUse* const use = std::construct_at(reinterpret_cast<StackUse*>(next_));
  use->depth = static_cast<std::uint32_t>(frames.size());
  use->id = static_cast<StackId>(stacks_.size());
  std::copy(frames.begin(), frames.end(), next_ + kUseWords);
  next_ += words;
  room_ -= words;
  frame_bytes_ += frames.size_bytes();
  stacks_.push_back(use);
  return use;
}

void StackStore::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.id == kFree) continue;
    std::size_t i = slot.hash & mask;
    while (larger[i].id != kFree) i = (i + 1) & mask;
    larger[i] = slot;
  }
  slots_ = std::move(larger);
}

StackStore::Interned StackStore::intern(std::span<const std::uint64_t> frames, std::uint32_t key) {
  std::size_t at = locate(frames, key);
  if (slots_[at].id != kFree) return {*stacks_[slots_[at].id], false};
  if ((stacks_.size() + 1) * 5 > slots_.size() * 4) {
    grow();
    at = locate(frames, key);
  }
  StackUse* const use = append(frames);
  slots_[at] = {key, use->id};
  return {*use, true};
}

void StackStore::fetch(std::span<const std::uint64_t> frames) {
  const std::size_t end = std::min(frames.size(), kMostFetched);
  for (std::size_t frame = 0; frame < end; frame += kLineWords) __builtin_prefetch(frames.data() + frame);
}

void StackStore::fetch_slot(std::uint32_t hash) const {
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
}

// Only the first slot is looked at: it is the right one for most stacks.
void StackStore::fetch_entry(std::uint32_t hash) const {
  const Slot& slot = slots_[hash & (slots_.size() - 1)];
  if (slot.hash == hash && slot.id != kFree) __builtin_prefetch(&stacks_[slot.id]);
}

void StackStore::fetch_frames(std::uint32_t hash, std::size_t depth) const {
  const Slot& slot = slots_[hash & (slots_.size() - 1)];
  if (slot.hash != hash || slot.id == kFree) return;
  const auto* const words = reinterpret_cast<const std::uint64_t*>(stacks_[slot.id]);
  const std::size_t end = kUseWords + std::min(depth, kMostFetched);
  for (std::size_t word = 0; word < end; word += kLineWords) __builtin_prefetch(words + word);
}

const StackUse* StackStore::find(std::span<const std::uint64_t> frames) const {
  const Slot& slot = slots_[locate(frames, hash(frames))];
  return slot.id == kFree ? nullptr : stacks_[slot.id];
}

StackUse* StackStore::find(std::span<const std::uint64_t> frames) {
  const Slot& slot = slots_[locate(frames, hash(frames))];
  return slot.id == kFree ? nullptr : stacks_[slot.id];
}

std::span<const std::uint64_t> StackStore::frames(StackId id) const {
  const StackUse& use = *stacks_[id];
  return {frames_of(use), use.depth};
}

std::uint64_t StackStore::memory_bytes() const {
  return block_bytes_ + blocks_.capacity() * sizeof(blocks_[0]) + slots_.capacity() * sizeof(Slot) +
         stacks_.memory_bytes();
}

}  // namespace depot
