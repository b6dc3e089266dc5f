// Depots recorded from running kernels: replayed, the model must give the kernel's own counters, to the byte.
#include <doctest/doctest.h>

#include <charconv>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "depot/replay.h"

namespace {

struct Step {
  char op = 's';  // s: a persistent save, e: an evictable one, p: a put
  std::vector<std::uint64_t> frames;
};

std::uint64_t hex(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// The format is described in testdata/depot/README.md.
std::vector<Step> read_steps(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.is_open(), path);
  std::vector<std::uint64_t> addresses;
  std::vector<Step> steps;
  std::uint64_t address = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word.empty() || word == "#") continue;
    if (word == "a") {
      while (words >> word) addresses.push_back(address += hex(word));
      continue;
    }
    Step step;
    step.op = word.front();
    while (words >> word) {
      if (word.front() == '+') {
        const std::vector<std::uint64_t>& last = steps.back().frames;
        step.frames.insert(step.frames.end(), last.end() - static_cast<std::ptrdiff_t>(hex(word.substr(1))),
                           last.end());
      } else {
        step.frames.push_back(addresses.at(hex(word)));
      }
    }
    steps.push_back(step);
  }
  return steps;
}

struct Expected {
  std::string kernel;
  std::map<std::string, std::uint64_t> numbers;
};

Expected read_expected(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.is_open(), path);
  Expected expected;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "#") continue;
    if (key == "kernel")
      words >> expected.kernel;
    else
      words >> expected.numbers[key];
  }
  return expected;
}

void play(depot::Replay& replay, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.op == 'p')
      replay.put(step.frames);
    else
      replay.save(step.frames, depot::Client::kUnknown, step.op == 'e');
  }
}

}  // namespace

TEST_CASE("a recorded depot is reproduced to the byte") {
  const std::string root = std::string(DEPOT_SOURCE_DIR) + "/testdata/depot/";
  for (const char* name : {"6.12-kasan", "6.1-kasan", "6.12-arm64-kasan-tags"}) {
    CAPTURE(name);
    Expected expected = read_expected(root + name + "/expected.txt");
    auto& numbers = expected.numbers;
    depot::Config config;
    config.kernel = depot::parse_kernel_version(expected.kernel).value();
    config.page_size = static_cast<std::uint32_t>(numbers.at("page_size"));
    config.max_frames = static_cast<std::uint32_t>(numbers.at("max_frames"));
    REQUIRE_FALSE(depot::config_error(config));
    depot::Replay replay({config});
    const std::vector<Step> steps = read_steps(root + name + "/stacks.txt");
    play(replay, steps);

    depot::Accounting got = replay.finish().at(0);
    std::map<std::string, std::uint64_t> values{{"tail_bytes", got.tail_bytes},
                                                {"pool_offset", got.pool_offset},
                                                {"buckets", got.buckets},
                                                {"buckets_used", got.buckets_used},
                                                {"max_chain", got.max_chain},
                                                {"truncated_records", got.truncated},
                                                {"records", got.records() + got.freelist}};
    // A slot evicted is a record of the recording too.
    for (std::size_t n = 1; n < got.chains.size(); ++n) values["chains_" + std::to_string(n)] = got.chains[n];
    const depot::Stats stats = got.stats(replay.layout(0).era().stats);
    for (const depot::StatField& field : depot::kSplitStats)
      if (stats.*field.member) values[std::string(field.name)] = *(stats.*field.member);
    for (const auto& number : numbers) {
      const std::string& key = number.first;
      if (key == "page_size" || key == "max_frames") continue;
      CAPTURE(key);
      REQUIRE(values.count(key) == 1);
      CHECK(values.at(key) == number.second);
    }
    CHECK(got.byte_sum() == got.pool_bytes);
    CHECK(got.lost_at_cap == 0);

    // Another boot of the same kernel, of the same stacks: everything twice, and no stack stored twice.
    const std::uint64_t unique = replay.stacks().size();
    replay.new_boot();
    play(replay, steps);
    CHECK(replay.stacks().size() == unique);
    const depot::Accounting twice = replay.finish().at(0);
    CHECK(twice.boots == 2);
    CHECK(twice.pools == 2 * got.pools);
    CHECK(twice.tail_bytes == 2 * got.tail_bytes);
    CHECK(twice.persistent_bytes == 2 * got.persistent_bytes);
    CHECK(twice.buckets_used == 2 * got.buckets_used);
    CHECK(twice.max_chain == got.max_chain);
    CHECK(twice.byte_sum() == twice.pool_bytes);
  }
}
