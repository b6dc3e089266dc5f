// The store against a map that keys by the frames themselves.
#include "depot/stack_store.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <vector>

TEST_CASE("the store keeps each stack once, under dense ids, for good") {
  std::mt19937_64 random(3);
  depot::StackStore store;
  std::map<std::vector<std::uint64_t>, depot::StackId> known;
  std::vector<std::span<const std::uint64_t>> spans;
  std::uint64_t bytes = 0;
  for (int i = 0; i < 60000; ++i) {
    // Few different frames and depths, so that many stacks are met again and many differ in little.
    std::vector<std::uint64_t> frames(random() % 9);
    for (auto& frame : frames) frame = random() % 3 == 0 ? random() % 4 : 0xffffffff81000000 + random() % 4;
    if (i == 30000) frames.resize(100000, 7);  // larger than a block of the arena
    CHECK((store.find(frames) != nullptr) == (known.count(frames) == 1));
    const auto [use, is_new] = store.intern(frames);
    const auto [at, added] = known.try_emplace(frames, static_cast<depot::StackId>(known.size()));
    REQUIRE(is_new == added);
    REQUIRE(use.id == at->second);
    REQUIRE(use.depth == frames.size());
    if (added) {
      spans.push_back(store.frames(use.id));
      bytes += frames.size() * 8;
    }
    ++use.saves;
  }
  CHECK(store.size() == known.size());
  CHECK(store.size() > 10000);
  CHECK(store.frame_bytes() == bytes);
  CHECK(store.memory_bytes() >= bytes);
  std::uint64_t saves = 0;
  for (const auto& [frames, id] : known) {
    CHECK(std::vector<std::uint64_t>(spans[id].begin(), spans[id].end()) == frames);
    CHECK(store.frames(id).data() == spans[id].data());
    saves += store.use(id).saves;
  }
  CHECK(saves == 60000);
}

TEST_CASE("stacks with the same hash are told apart") {
  // The hash keeps 32 bits, so that some pair among 200,000 stacks has the same one.
  depot::StackStore store;
  std::map<std::uint32_t, std::uint64_t> hashes;
  bool met = false;
  for (std::uint64_t i = 0; i < 400000 && !met; ++i) {
    const std::uint64_t frame = 0xffffffff81000000 + i * 5;
    const auto [at, added] = hashes.try_emplace(depot::StackStore::hash({&frame, 1}), frame);
    if (added) continue;
    met = true;
    CHECK(store.intern({&at->second, 1}).is_new);
    CHECK(store.intern({&frame, 1}).is_new);
    CHECK_FALSE(store.intern({&frame, 1}).is_new);
    CHECK(store.intern({&at->second, 1}).use.id == 0);
  }
  CHECK(met);
}
