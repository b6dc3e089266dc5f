#include "depot/hash_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdio>

namespace depot {
namespace {

// Bob Jenkins' lookup3 with the initial value of the kernel's jhash.h, fed three words at a time.
class Jenkins {
 public:
  Jenkins(std::size_t words, std::uint32_t seed)
      : a_(0xdeadbeef + (static_cast<std::uint32_t>(words) << 2) + seed), b_(a_), c_(a_), left_(words) {}

  void add(std::uint32_t word) {
    const std::array<std::uint32_t*, 3> lanes{&a_, &b_, &c_};
    *lanes[lane_++] += word;
    --left_;
    // The last one, two or three words are left to the final mix.
    if (lane_ == 3 && left_ > 0) {
      mix();
      lane_ = 0;
    }
  }

  std::uint32_t finish() {
    if (lane_ == 0) return c_;
    turn(c_, b_, 14), turn(a_, c_, 11), turn(b_, a_, 25), turn(c_, b_, 16);
    turn(a_, c_, 4), turn(b_, a_, 14), turn(c_, b_, 24);
    return c_;
  }

 private:
  static void turn(std::uint32_t& x, std::uint32_t y, int bits) { x = (x ^ y) - std::rotl(y, bits); }
  static void stir(std::uint32_t& x, std::uint32_t& y, std::uint32_t z, int bits) {
    x = (x - y) ^ std::rotl(y, bits);
    y += z;
  }
  void mix() {
    stir(a_, c_, b_, 4), stir(b_, a_, c_, 6), stir(c_, b_, a_, 8);
    stir(a_, c_, b_, 16), stir(b_, a_, c_, 19), stir(c_, b_, a_, 4);
  }

  std::uint32_t a_, b_, c_;
  std::size_t left_;
  std::size_t lane_ = 0;
};

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

// Table sizes are powers of two, so whole numbers do.
std::string size_text(std::uint64_t bytes) {
  if (bytes >= (1u << 20)) return grouped(bytes >> 20) + " MiB";
  return grouped(bytes >> 10) + " KiB";
}

std::string one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

}  // namespace

std::uint32_t jhash2(std::span<const std::uint32_t> words, std::uint32_t seed) {
  Jenkins hash(words.size(), seed);
  for (const std::uint32_t word : words) hash.add(word);
  return hash.finish();
}

std::uint32_t stack_hash(std::span<const std::uint64_t> frames, std::uint32_t word) {
  const bool wide = word == 8;
  Jenkins hash(frames.size() * (wide ? 2 : 1), kHashSeed);
  for (const std::uint64_t frame : frames) {
    hash.add(static_cast<std::uint32_t>(frame));
    if (wide) hash.add(static_cast<std::uint32_t>(frame >> 32));
  }
  return hash.finish();
}

BucketUse bucket_use(std::vector<std::uint32_t>& hashes, std::uint32_t order, std::uint32_t bucket_size) {
  BucketUse use;
  use.order = order;
  use.buckets = std::uint64_t{1} << order;
  use.records = hashes.size();
  use.bytes = use.buckets * bucket_size;
  use.chains.resize(1);
  const auto mask = static_cast<std::uint32_t>(use.buckets - 1);
  std::sort(hashes.begin(), hashes.end(),
            [mask](std::uint32_t a, std::uint32_t b) { return (a & mask) < (b & mask); });
  std::uint64_t steps = 0;
  for (std::size_t i = 0; i < hashes.size();) {
    std::size_t end = i + 1;
    while (end < hashes.size() && (hashes[end] & mask) == (hashes[i] & mask)) ++end;
    const std::size_t chain = end - i;
    if (use.chains.size() <= chain) use.chains.resize(chain + 1);
    ++use.chains[chain];
    ++use.used;
    steps += chain * (chain + 1) / 2;
    i = end;
  }
  use.max_chain = use.chains.size() - 1;
  if (use.used > 0) {
    use.mean_chain = static_cast<double>(use.records) / static_cast<double>(use.used);
    use.hit_steps = static_cast<double>(steps) / static_cast<double>(use.records);
  }
  return use;
}

HashAdvice hash_advice(std::vector<std::uint32_t> hashes, std::uint32_t order, std::uint32_t bucket_size) {
  HashAdvice advice;
  advice.now = bucket_use(hashes, order, bucket_size);
  for (std::uint32_t o = kMinHashOrder; o <= kMaxHashOrder; ++o)
    advice.orders.push_back(bucket_use(hashes, o, bucket_size));
  advice.recommended = advice.orders.back();
  for (const BucketUse& use : advice.orders)
    if (use.mean_chain <= kMeanChain) {
      advice.recommended = use;
      break;
    }
  const BucketUse& best = advice.recommended;
  advice.text = grouped(advice.now.buckets) + " buckets for " + grouped(advice.now.records) +
                (advice.now.records == 1 ? " stack: " : " stacks: ") + size_text(advice.now.bytes);
  if (best.order == order)
    advice.text += "; that is the order that fits, with a mean chain of " + one_decimal(best.mean_chain);
  else if (best.order < order)
    advice.text += "; order " + std::to_string(best.order) + " keeps the mean chain at " +
                   one_decimal(best.mean_chain) + " and takes " + size_text(best.bytes);
  else
    advice.text += " and a mean chain of " + one_decimal(advice.now.mean_chain) + "; order " +
                   std::to_string(best.order) + " shortens it to " + one_decimal(best.mean_chain) +
                   " and takes " + size_text(best.bytes);
  return advice;
}

}  // namespace depot
