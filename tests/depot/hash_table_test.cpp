// The kernel's hash against vectors computed with the kernel's own header, and the use of buckets.
#include "depot/hash_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "depot/layout.h"

TEST_CASE("jhash2 gives the kernel's hashes") {
  const auto stack = [](std::size_t n) {
    std::vector<std::uint64_t> frames(n);
    for (std::size_t i = 0; i < n; ++i) frames[i] = 0xffffffff81000000 + 16 * i;
    return frames;
  };
  CHECK(depot::stack_hash(stack(1), 8) == 0xec32b95f);
  CHECK(depot::stack_hash(stack(3), 8) == 0x9ee3285d);
  CHECK(depot::stack_hash(stack(16), 8) == 0xa6af7871);
  CHECK(depot::stack_hash(stack(64), 8) == 0x5b331c33);
  CHECK(depot::stack_hash(std::vector<std::uint64_t>{0xc0100000}, 4) == 0x9548cfa5);
  const std::vector<std::uint32_t> big_endian{0xffffffff, 0x81000000};
  CHECK(depot::jhash2(big_endian, depot::kHashSeed) == 0xa3632ca6);
  CHECK(depot::jhash2({}, depot::kHashSeed) == 0xdeadbeef + depot::kHashSeed);
}

TEST_CASE("bucket use agrees with a plain count") {
  std::mt19937 random(1);
  for (const std::size_t n : {0u, 1u, 100u, 5000u, 20000u}) {
    std::vector<std::uint32_t> hashes(n);
    for (auto& hash : hashes) hash = static_cast<std::uint32_t>(random());
    for (std::uint32_t order = depot::kMinHashOrder; order <= depot::kMaxHashOrder; ++order) {
      std::map<std::uint32_t, std::size_t> buckets;
      for (const std::uint32_t hash : hashes) ++buckets[hash & ((1u << order) - 1)];
      std::size_t longest = 0;
      for (const auto& [bucket, count] : buckets) longest = std::max(longest, count);
      std::vector<std::uint32_t> copy = hashes;
      const depot::BucketUse use = depot::bucket_use(copy, order, 16);
      CHECK(use.used == buckets.size());
      CHECK(use.max_chain == longest);
      CHECK(use.bytes == 16u << order);
      CHECK(std::accumulate(use.chains.begin(), use.chains.end(), std::uint64_t{0}) == use.used);
      std::uint64_t records = 0;
      for (std::size_t c = 0; c < use.chains.size(); ++c) records += c * use.chains[c];
      CHECK(records == n);
    }
  }
}

TEST_CASE("an order is recommended with its numbers") {
  std::mt19937 random(2);
  std::vector<std::uint32_t> hashes(10624);
  for (auto& hash : hashes) hash = static_cast<std::uint32_t>(random());
  const depot::HashAdvice advice = depot::hash_advice(hashes, 20, 16);
  CHECK(advice.recommended.order == 14);
  CHECK(
      advice.text ==
      "1,048,576 buckets for 10,624 stacks: 16 MiB; order 14 keeps the mean chain at 1.4 and takes 256 KiB");
  CHECK(depot::hash_advice(hashes, 12, 16).text.find("shortens it to 1.4 and takes 256 KiB") !=
        std::string::npos);
  CHECK(depot::hash_advice(hashes, 14, 16).text.find("is the order that fits") != std::string::npos);
  CHECK(depot::hash_advice({}, 20, 8).recommended.order == 12);
}
