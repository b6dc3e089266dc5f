// Laws, over random stacks, eras and configs: every byte is accounted for, the counters keep their
// identities, and the model agrees with a plain one that takes each save by itself, as the kernel does.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "depot/replay.h"

namespace {

using depot::Accounting;
using depot::Config;
using depot::Layout;
using Frames = std::vector<std::uint64_t>;

// A depot of records in a list, nothing summed up, nothing skipped.
class Plain {
 public:
  explicit Plain(const Config& config) : config_(config), layout_(config) {}

  void save(const Frames& frames, bool refcounted) {
    const bool cut = layout_.truncates(frames.size());
    auto found = cut ? records_.end()
                     : std::find_if(records_.begin(), records_.end(),
                                    [&frames](const Record& r) { return !r.cut && r.frames == frames; });
    if (found != records_.end()) {
      if (refcounted && found->references > 0) ++found->references;
    } else if (const auto place = find_place(frames.size(), refcounted)) {
      records_.push_back({frames, *place, refcounted ? 1 : 0, cut});
      ++made_;
    } else {
      ++lost_;
    }
    ++saves_;
  }

  void put(const Frames& frames) {
    const auto found = std::find_if(records_.begin(), records_.end(), [&frames](const Record& r) {
      return r.references > 0 && r.frames == frames;
    });
    if (found == records_.end() || --found->references > 0) return;
    const std::uint64_t ripe = saves_ + (layout_.era().freelist_fifo ? config_.grace : 0);
    if (layout_.era().freelist_fifo)
      freelist_.push_back({found->place, ripe});
    else
      freelist_.push_front({found->place, ripe});
    records_.erase(found);
    ++frees_;
  }

  void compare(const Accounting& got) const {
    std::uint64_t in_use = 0, persistent = 0, persistent_bytes = 0, entries = 0, cut = 0, bytes = 0;
    for (const Record& r : records_) {
      const std::uint32_t size = layout_.record(r.frames.size(), r.references > 0).total();
      bytes += size;
      entries += layout_.stored_frames(r.frames.size()) * layout_.word();
      cut += r.cut;
      if (r.references > 0)
        ++in_use;
      else
        ++persistent, persistent_bytes += size;
    }
    CHECK(got.pools == pools_);
    CHECK(got.refcounted == in_use);
    CHECK(got.persistent == persistent);
    CHECK(got.persistent_bytes == persistent_bytes);
    CHECK(got.freelist == freelist_.size());
    CHECK(got.allocations == made_);
    CHECK(got.frees == frees_);
    CHECK(got.lost_at_cap == lost_);
    CHECK(got.truncated == cut);
    CHECK(got.tail_bytes == tails_);
    CHECK(got.entry_bytes == entries);
    CHECK(got.header_bytes == records_.size() * layout_.header_size());
    CHECK(got.header_bytes + got.entry_bytes + got.padding_bytes + got.unused_slot_bytes == bytes);
  }

  // The latest record of a stack.
  std::optional<depot::Place> place(const Frames& frames) const {
    for (auto r = records_.rbegin(); r != records_.rend(); ++r)
      if (r->frames == frames) return r->place;
    return std::nullopt;
  }

 private:
  struct Record {
    Frames frames;
    depot::Place place;
    int references;  // 0: persistent
    bool cut;
  };
  struct Free {
    depot::Place place;
    std::uint64_t ripe;
  };

  std::optional<depot::Place> find_place(std::size_t depth, bool refcounted) {
    const std::uint32_t size = layout_.record(depth, refcounted).total();
    if (refcounted || layout_.fixed()) {
      if (freelist_.empty() || freelist_.front().ripe > saves_) {
        if (!layout_.fixed()) return carve(size);
        if (pools_ == layout_.max_pools()) return std::nullopt;
        for (std::uint32_t at = 0; at + size <= layout_.pool_size(); at += size)
          freelist_.push_front({{static_cast<std::uint32_t>(pools_), at, 0}, 0});
        tails_ += layout_.pool_size() % size;
        ++pools_;
      }
      const depot::Place place = freelist_.front().place;
      freelist_.pop_front();
      return place;
    }
    return carve(size);
  }

  std::optional<depot::Place> carve(std::uint32_t size) {
    if (pools_ == 0 || offset_ + size > layout_.pool_size()) {
      if (pools_ == layout_.max_pools()) return std::nullopt;
      if (pools_ > 0) tails_ += layout_.pool_size() - offset_;
      ++pools_;
      offset_ = 0;
    }
    offset_ += size;
    return depot::Place{static_cast<std::uint32_t>(pools_ - 1), offset_ - size, 0};
  }

  Config config_;
  Layout layout_;
  std::vector<Record> records_;
  std::deque<Free> freelist_;
  std::uint32_t offset_ = 0;
  std::uint64_t pools_ = 0, tails_ = 0, saves_ = 0, made_ = 0, frees_ = 0, lost_ = 0;
};

Config random_config(std::mt19937_64& random) {
  for (;;) {
    Config c;
    const auto rows = depot::eras();
    c.kernel = rows[random() % rows.size()].first;
    const std::uint32_t pages[] = {4096, 4096, 4096, 16384, 65536};
    c.page_size = pages[random() % 5];
    c.word = random() % 3 == 0 ? 4 : 8;
    const std::uint32_t frames[] = {64, 64, 1, 2, 3, 4, 8, 16, 33, 256};
    c.max_frames = frames[random() % 10];
    c.evict = static_cast<depot::Evict>(random() % 5);
    c.grace = random() % 2 == 0 ? 0 : random() % 200;
    if (random() % 2 == 0) c.hash_order = 12 + random() % 9;
    if (!depot::config_error(c)) return c;
  }
}

void check_laws(const Accounting& a, const Layout& layout) {
  CHECK(a.byte_sum() == a.pool_bytes);
  CHECK(a.pool_bytes == a.pools * layout.pool_size());
  CHECK(a.pools <= layout.max_pools());
  CHECK(a.refcounted == a.refcounted_allocations - a.frees);
  CHECK(a.records() == a.allocations - a.frees);
  CHECK(a.persistent_bytes % 16 == 0);
  if (layout.fixed()) CHECK(a.records() + a.freelist == a.pools * layout.slots_per_pool());
  if (layout.era().records == depot::Records::kMixed) {
    const std::uint64_t slots = a.refcounted + a.freelist;
    CHECK(slots <= a.refcounted_allocations);
    CHECK(slots * layout.slot_size() + a.persistent_bytes + a.tail_bytes + a.last_pool_free_bytes ==
          a.pool_bytes);
    CHECK(a.persistent_bytes >= a.persistent * layout.record(1, false).total());
    CHECK(a.persistent_bytes <= a.persistent * layout.slot_size());
  }
  if (layout.era().records == depot::Records::kVariable) CHECK(a.freelist + a.refcounted == 0);
  std::uint64_t chained = 0;
  for (std::size_t n = 0; n < a.chains.size(); ++n) chained += n * a.chains[n];
  CHECK(chained == a.records() - a.truncated);
}

}  // namespace

TEST_CASE("the model agrees with a plain one, and every byte is accounted for") {
  for (std::uint64_t round = 0; round < 60; ++round) {
    CAPTURE(round);
    std::mt19937_64 random(round);
    std::vector<Config> configs;
    for (int i = 0; i < 6; ++i) configs.push_back(random_config(random));
    depot::Replay replay(configs), batched(configs);
    std::vector<Plain> plain(configs.begin(), configs.end());
    std::vector<Frames> stacks(1 + random() % 200);
    for (Frames& frames : stacks) {
      frames.resize(1 + random() % (random() % 4 == 0 ? 80 : 20));
      for (auto& frame : frames) frame = 0xffffffff81000000 + random() % 4096;
    }
    std::vector<depot::Save> batch;
    const auto flush = [&batched, &batch] {
      batched.save(batch);
      batch.clear();
    };
    for (int step = 0; step < 600; ++step) {
      const Frames& frames = stacks[random() % stacks.size()];
      if (random() % 3 == 0) {
        const std::uint64_t count = 1 + random() % 3;
        flush();
        replay.put(frames, count);
        batched.put(frames, count);
        for (std::uint64_t i = 0; i < count; ++i)
          for (Plain& p : plain) p.put(frames);
        continue;
      }
      const auto client = static_cast<depot::Client>(random() % depot::kClientCount);
      const std::optional<bool> flag =
          random() % 2 == 0 ? std::nullopt : std::optional<bool>(random() % 2 == 0);
      const std::uint64_t count = random() % 4 == 0 ? 1 + random() % 8 : 1;
      replay.save(frames, client, flag, count);
      batch.push_back({frames, client, flag, count});
      for (std::size_t i = 0; i < configs.size(); ++i)
        for (std::uint64_t k = 0; k < count; ++k)
          plain[i].save(frames, depot::saves_refcounted(configs[i], client, flag));
    }
    flush();
    const std::vector<Accounting> got = replay.finish(), same = batched.finish();
    for (std::size_t i = 0; i < configs.size(); ++i) {
      CAPTURE(configs[i].kernel.to_string());
      CAPTURE(configs[i].max_frames);
      CAPTURE(configs[i].grace);
      plain[i].compare(got[i]);
      plain[i].compare(same[i]);
      check_laws(got[i], replay.layout(i));
      for (const Frames& frames : stacks) {
        const depot::StackUse* const use = replay.stacks().find(frames);
        const std::optional<depot::Place> place = plain[i].place(frames);
        const std::optional<std::uint32_t> handle = use == nullptr ? std::nullopt : replay.handle(i, use->id);
        REQUIRE(handle.has_value() == place.has_value());
        if (place) CHECK(*handle == replay.layout(i).encode(*place));
      }
    }
  }
}

TEST_CASE("at the cap too") {
  // Large records, many of them, into the smallest number of pools that a kernel takes.
  for (std::uint64_t round = 0; round < 8; ++round) {
    CAPTURE(round);
    std::mt19937_64 random(round);
    Config mixed;
    mixed.kernel = {6, 17, 0, 0};
    mixed.max_pools = 1024;
    mixed.max_frames = 256;
    mixed.evict = depot::Evict::kByEra;
    mixed.grace = round % 2 * 300;
    Config early;
    early.kernel = {4, 6, 0, 0};
    depot::Replay replay({mixed, early});
    Plain plain(mixed);
    for (int step = 0; step < 400; ++step) {
      Frames frames(1 + random() % 300);
      for (auto& frame : frames) frame = random() % 8;
      frames[0] = random() % 2000;
      if (frames.size() > 250) frames.assign(257 + random() % 3, 1);
      const std::uint64_t count = frames.size() > 250 ? 1 + random() % 900 : 1;
      if (random() % 4 == 0) {
        replay.put(frames, count);
        for (std::uint64_t i = 0; i < count; ++i) plain.put(frames);
      } else {
        const bool evictable = random() % 2 == 0;
        replay.save(frames, depot::Client::kUnknown, evictable, count);
        for (std::uint64_t i = 0; i < count; ++i) plain.save(frames, evictable);
      }
    }
    const std::vector<Accounting> got = replay.finish();
    CHECK(got[0].pools == 1024);
    CHECK(got[0].lost_at_cap > 0);
    plain.compare(got[0]);
    for (std::size_t i = 0; i < got.size(); ++i) check_laws(got[i], replay.layout(i));
  }
}
