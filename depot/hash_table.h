// The depot's hash table: the kernel's hash of a stack, how full its buckets get, and which order would do.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace depot {

inline constexpr std::uint32_t kHashSeed = 0x9747b28c;  // lib/stackdepot.c, every era
inline constexpr std::uint32_t kMinHashOrder = 12;
inline constexpr std::uint32_t kMaxHashOrder = 20;

// jhash2 of include/linux/jhash.h over 32-bit words.
[[nodiscard]] std::uint32_t jhash2(std::span<const std::uint32_t> words, std::uint32_t seed);

// The hash that a little-endian kernel with words of 4 or 8 bytes gives a stack: jhash2 over all frames,
// before they are cut at MAX_FRAMES. With 4 the upper halves of the frames are left out.
[[nodiscard]] std::uint32_t stack_hash(std::span<const std::uint64_t> frames, std::uint32_t word);

// How a set of hashes fills a table of 2^order buckets.
struct BucketUse {
  std::uint32_t order = 0;
  std::uint64_t buckets = 0;
  std::uint64_t records = 0;
  std::uint64_t used = 0;             // buckets with at least one record
  std::uint64_t max_chain = 0;        // records in the fullest bucket
  double mean_chain = 0;              // records per used bucket
  double hit_steps = 0;               // records looked at to find a stored stack, on average over the records
  std::uint64_t bytes = 0;            // of the table
  std::vector<std::uint64_t> chains;  // [n]: buckets with n records, from n = 1
};

// `hashes` is sorted by bucket on return. bucket_size: bytes per bucket (8 up to v6.7, 16 since on 64 bit).
[[nodiscard]] BucketUse bucket_use(std::vector<std::uint32_t>& hashes, std::uint32_t order,
                                   std::uint32_t bucket_size);

struct HashAdvice {
  std::vector<BucketUse> orders;  // 12 .. 20
  BucketUse now;
  BucketUse recommended;  // the smallest order whose mean chain stays at or below kMeanChain
  std::string text;       // "1,048,576 buckets for 10,624 stacks: 16 MiB; order 14 keeps ..."
};

inline constexpr double kMeanChain = 1.5;

// What order would do for records with these hashes, in a depot whose table has order `order`.
[[nodiscard]] HashAdvice hash_advice(std::vector<std::uint32_t> hashes, std::uint32_t order,
                                     std::uint32_t bucket_size);

}  // namespace depot
