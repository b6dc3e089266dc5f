// The depot at speed: 10 million saves of stacks of 8 to 64 frames, 100,000 of them unique, through dedup and
// six configs, beside the bare hashing of the same frames and beside std::unordered_map keyed by vector.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "depot/replay.h"

namespace {

constexpr std::size_t kUnique = 100'000;
constexpr std::size_t kSaves = 10'000'000;

using Stack = std::span<const std::uint64_t>;

// Stacks share their outermost frames, as call chains do, and come in random order, each equally likely: the
// worst case for caches.
struct Input {
  std::vector<std::uint64_t> frames;
  std::vector<Stack> stacks;
  std::vector<std::uint32_t> order;
  std::uint64_t frame_count = 0;  // over all saves

  Input() {
    std::mt19937_64 random(4);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < kUnique; ++i) {
      const std::size_t depth = 8 + random() % 57;
      for (std::size_t f = 0; f < depth; ++f) {
        const bool shared = f >= depth / 2;
        frames.push_back(0xffffffff81000000 + (shared ? (i % 97 + f) * 64 : random() % 0x1800000));
      }
      ends.push_back(frames.size());
    }
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      stacks.emplace_back(frames.data() + begin, end - begin);
      begin = end;
    }
    for (std::size_t i = 0; i < kSaves; ++i)
      order.push_back(static_cast<std::uint32_t>(i < kUnique ? i : random() % kUnique));
    for (const std::uint32_t i : order) frame_count += stacks[i].size();
  }
};

const Input& input() {
  static const Input input;
  return input;
}

std::vector<depot::Config> six_configs() {
  std::vector<depot::Config> configs(6);
  configs[0].kernel = {6, 1, 0, 0};
  configs[1].kernel = {6, 8, 0, 1};
  configs[2].kernel = {6, 8, 0, 4};
  configs[3].kernel = {6, 12, 0, 0};
  configs[4].kernel = {6, 12, 0, 0};
  configs[4].page_size = 65536;
  configs[5].kernel = {6, 17, 0, 0};
  configs[5].max_frames = 128;
  return configs;
}

void report(benchmark::State& state) {
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["saves/s"] =
      benchmark::Counter(static_cast<double>(kSaves) * iterations, benchmark::Counter::kIsRate);
}

// What cannot be avoided: one look at every frame.
void hash_only(benchmark::State& state) {
  const Input& in = input();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const std::uint32_t i : in.order) sum += depot::StackStore::hash(in.stacks[i]);
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}

// The same with the hash of the standard library, which reads bytes.
void hash_only_std(benchmark::State& state) {
  const Input& in = input();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const std::uint32_t i : in.order)
      sum += std::hash<std::string_view>()(
          {reinterpret_cast<const char*>(in.stacks[i].data()), in.stacks[i].size_bytes()});
    benchmark::DoNotOptimize(sum);
  }
  report(state);
}

void replay(benchmark::State& state, depot::Client client, std::size_t batch) {
  const Input& in = input();
  for (auto _ : state) {
    const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
    depot::Replay replay(six_configs());
    if (batch == 1) {
      for (const std::uint32_t i : in.order) replay.save(in.stacks[i], client);
    } else {
      std::vector<depot::Save> saves;
      for (std::size_t i = 0; i < kSaves; i += batch) {
        saves.clear();
        for (std::size_t j = i; j < std::min(i + batch, kSaves); ++j)
          saves.push_back({in.stacks[in.order[j]], client, {}, 1});
        replay.save(saves);
      }
    }
    const auto after = mallinfo2().uordblks + mallinfo2().hblkhd;
    const std::vector<depot::Accounting> result = replay.finish();
    benchmark::DoNotOptimize(result.data());
    state.counters["pools"] = static_cast<double>(result[3].pools);
    const auto frame_bytes = static_cast<double>(replay.stacks().frame_bytes());
    state.counters["heap/frames"] = static_cast<double>(after - before) / frame_bytes;
    state.counters["memory/frames"] = static_cast<double>(replay.memory_bytes()) / frame_bytes;
  }
  report(state);
}

struct VectorHash {
  std::size_t operator()(const std::vector<std::uint64_t>& frames) const {
    return depot::StackStore::hash(frames);
  }
};

// What one would write without this library: the map alone, no configs.
void unordered_map_of_vector(benchmark::State& state) {
  const Input& in = input();
  for (auto _ : state) {
    const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
    std::unordered_map<std::vector<std::uint64_t>, std::uint64_t, VectorHash> counts;
    for (const std::uint32_t i : in.order)
      ++counts[std::vector<std::uint64_t>(in.stacks[i].begin(), in.stacks[i].end())];
    benchmark::DoNotOptimize(counts.size());
    const auto after = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["heap/frames"] =
        static_cast<double>(after - before) / static_cast<double>(in.frames.size() * sizeof(std::uint64_t));
  }
  report(state);
}

BENCHMARK(hash_only)->Unit(benchmark::kMillisecond);
BENCHMARK(hash_only_std)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, slub_1, depot::Client::kSlub, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, slub_64, depot::Client::kSlub, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, kasan_generic_1, depot::Client::kKasanGeneric, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, kasan_generic_64, depot::Client::kKasanGeneric, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, kasan_tags_1, depot::Client::kKasanTags, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, kasan_tags_64, depot::Client::kKasanTags, 64)->Unit(benchmark::kMillisecond);
BENCHMARK(unordered_map_of_vector)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
