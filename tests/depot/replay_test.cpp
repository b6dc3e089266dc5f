// The quirks of the depot, one by one, each as the kernel of that era behaves.
#include "depot/replay.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using depot::Accounting;
using depot::Client;
using depot::Config;
using depot::Replay;

Config evicting_config(const char* version, depot::Evict evict = depot::Evict::kByEra) {
  Config c;
  c.kernel = depot::parse_kernel_version(version).value();
  c.evict = evict;
  return c;
}

// A stack of its own for each number.
std::vector<std::uint64_t> stack(std::uint64_t number, std::size_t depth = 4) {
  std::vector<std::uint64_t> frames(depth);
  for (std::size_t i = 0; i < depth; ++i) frames[i] = 0xffffffff81000000 + number * 0x1000 + i * 16;
  return frames;
}

Accounting only(const Replay& replay) {
  const std::vector<Accounting> all = replay.finish();
  REQUIRE(all.size() == 1);
  CHECK(all[0].byte_sum() == all[0].pool_bytes);
  return all[0];
}

std::uint32_t handle(const Replay& replay, std::uint64_t number, std::size_t depth = 4) {
  const depot::StackUse* const use = replay.stacks().find(stack(number, depth));
  REQUIRE(use != nullptr);
  return replay.handle(0, use->id).value_or(0xffffffff);
}

}  // namespace

TEST_CASE("nothing saved, nothing taken but the table") {
  Replay replay({evicting_config("6.12")});
  replay.save({}, Client::kSlub);
  replay.save(stack(1), Client::kSlub, {}, 0);
  const Accounting a = only(replay);
  CHECK(a.pools == 0);
  CHECK(a.records() == 0);
  CHECK(a.hash_table_bytes == 16u << 20);
  CHECK(replay.facts().empty == 1);
  CHECK(replay.facts().saves == 0);
  CHECK(replay.facts().dedup_ratio() == 0);
}

TEST_CASE("facts are of the stacks, whatever the config") {
  Replay replay({});
  replay.save(stack(1, 2), Client::kSlub, {}, 5);
  replay.save(stack(2, 10), Client::kKasanGeneric);
  replay.save(stack(2, 10), Client::kSlub);
  replay.save(stack(3, 6), Client::kSlub);
  replay.save(stack(4, 7), Client::kSlub);
  const depot::Facts facts = replay.facts();
  CHECK(facts.saves == 9);
  CHECK(facts.unique == 4);
  CHECK(facts.dedup_ratio() == doctest::Approx(2.25));
  CHECK(facts.min_depth == 2);
  CHECK(facts.max_depth == 10);
  CHECK(facts.median_depth == 6.5);
  CHECK(facts.mean_depth == 6.25);
  CHECK(facts.depths == std::vector<std::uint64_t>{0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1});
  CHECK(facts.clients[static_cast<std::size_t>(Client::kSlub)].saves == 8);
  CHECK(facts.clients[static_cast<std::size_t>(Client::kSlub)].unique == 4);
  CHECK(facts.clients[static_cast<std::size_t>(Client::kKasanGeneric)].unique == 1);
}

TEST_CASE("a fixed pool is used from its last slot down, in v6.8-rc1 to rc6") {
  for (const char* version : {"6.8-rc1", "6.8-rc3"}) {
    CAPTURE(version);
    Replay replay({evicting_config(version)});
    replay.save(stack(1), Client::kSlub);
    Accounting a = only(replay);
    CHECK(handle(replay, 1) == 0x07b40000);
    CHECK(a.pools == 1);
    CHECK(a.freelist == 29);
    CHECK(a.freelist_bytes == 29 * 544);
    CHECK(a.tail_bytes == 64);
    CHECK(a.unused_slot_bytes == 60 * 8);
    for (std::uint64_t i = 2; i <= 31; ++i) replay.save(stack(i), Client::kSlub);
    a = only(replay);
    CHECK(handle(replay, 30) == 0);  // the 30th looks like a failure
    CHECK(a.pools == 2);
    CHECK(a.tail_bytes == 128);
    CHECK(a.records() + a.freelist == 60);
  }
}

TEST_CASE("rc1 reuses the slot freed last, rc3 and later the one freed first") {
  Replay last({evicting_config("6.8-rc1")}), fixed({evicting_config("6.8-rc4")}),
      mixed({evicting_config("6.12")});
  for (Replay* replay : {&last, &fixed, &mixed}) {
    for (std::uint64_t i = 0; i < 30; ++i) replay->save(stack(i), Client::kKasanTags);
    const std::uint32_t third = handle(*replay, 3), ninth = handle(*replay, 9);
    replay->put(stack(3));
    replay->put(stack(9));
    CHECK(handle(*replay, 3) == 0xffffffff);
    replay->save(stack(100), Client::kKasanTags);
    CHECK(handle(*replay, 100) == (replay == &last ? ninth : third));
    const Accounting a = only(*replay);
    CHECK(a.frees == 2);
    CHECK(a.freelist == 1);
    CHECK(a.refcounted == 29);
    CHECK(a.refcounted_allocations == 31);
    CHECK(a.pools == 1);
  }
  // Saved again, an evicted stack is a new record.
  mixed.save(stack(3), Client::kKasanTags);
  CHECK(only(mixed).refcounted_allocations == 32);
}

TEST_CASE("a slot is not reused before its grace period is over, and only the head is looked at") {
  Config grace = evicting_config("6.12", depot::Evict::kAll);
  grace.grace = 3;
  Replay replay({grace});
  replay.save(stack(1));
  replay.save(stack(2));
  const std::uint32_t first = handle(replay, 1);
  replay.put(stack(1));  // after two saves: free to use for the sixth
  for (std::uint64_t i = 3; i <= 5; ++i) replay.save(stack(i));
  CHECK(only(replay).freelist == 1);
  replay.save(stack(6));
  CHECK(handle(replay, 6) == first);
  CHECK(only(replay).freelist == 0);

  // In rc3 .. rc6 an unripe head costs a whole pool.
  grace.kernel = {6, 8, 0, 3};
  Replay fixed({grace});
  for (std::uint64_t i = 0; i < 30; ++i) fixed.save(stack(i));
  fixed.put(stack(0));
  fixed.save(stack(50));
  CHECK(only(fixed).pools == 2);
  CHECK(only(fixed).freelist == 30);
}

TEST_CASE("references are counted") {
  Replay replay({evicting_config("6.12")});
  replay.save(stack(1), Client::kKasanTags, {}, 3);
  replay.save(stack(1), Client::kKasanTags);
  replay.save(stack(1), Client::kSlub);  // takes none
  replay.put(stack(1), 3);
  CHECK(only(replay).refcounted == 1);
  replay.put(stack(1), 2);
  const Accounting a = only(replay);
  CHECK(a.refcounted == 0);
  CHECK(a.frees == 1);
  CHECK(a.puts_unbalanced == 1);
  replay.put(stack(77));
  CHECK(only(replay).puts_unbalanced == 2);
}

TEST_CASE("who saves first decides whether a record is refcounted") {
  Replay replay({evicting_config("6.12")});
  replay.save(stack(1), Client::kSlub);
  replay.save(stack(1), Client::kKasanTags);
  replay.put(stack(1));
  Accounting a = only(replay);
  CHECK(a.persistent == 1);
  CHECK(a.persistent_bytes == 64);
  CHECK(a.refcounted_allocations == 0);
  CHECK(a.puts_persistent == 1);
  replay.save(stack(2), Client::kKasanTags);
  replay.save(stack(2), Client::kSlub);
  a = only(replay);
  CHECK(a.refcounted == 1);
  CHECK(a.persistent == 1);
  CHECK(a.unused_slot_bytes == 60 * 8);
  // Evicted and saved by the other client, it is persistent.
  replay.put(stack(2));
  replay.save(stack(2), Client::kSlub);
  a = only(replay);
  CHECK(a.refcounted == 0);
  CHECK(a.persistent == 2);
  CHECK(a.freelist == 1);
}

TEST_CASE("the end of a pool is lost for good") {
  Replay replay({evicting_config("6.12"), evicting_config("6.1")});
  for (std::uint64_t i = 0; i < 30; ++i) replay.save(stack(i, 64), Client::kSlub);  // 30 * 544 = 16,320
  replay.save(stack(100, 5), Client::kSlub);                                        // 80 bytes, 64 are left
  replay.save(stack(101, 2), Client::kSlub);                                        // 48 would fit there
  const std::vector<Accounting> all = replay.finish();
  CHECK(all[0].pools == 2);
  CHECK(all[0].tail_bytes == 64);
  CHECK(all[0].pool_offset == 80 + 48);
  CHECK(all[0].last_pool_free_bytes == 16384 - 128);
  CHECK(all[1].pools == 2);
  CHECK(all[1].tail_bytes == 0);  // there the deep one took 64
  CHECK(all[1].pool_offset == 48);
}

TEST_CASE("stacks deeper than MAX_FRAMES are never found again from v6.8 on") {
  Config shallow = evicting_config("6.12");
  shallow.max_frames = 16;
  Replay replay({shallow, evicting_config("6.12"), evicting_config("6.7")});
  for (int i = 0; i < 10; ++i) replay.save(stack(1, 17), Client::kSlub);
  replay.save(stack(1, 17), Client::kSlub, {}, 1000);
  replay.save(stack(2, 16), Client::kSlub, {}, 1000);
  const std::vector<Accounting> all = replay.finish();
  CHECK(all[0].persistent == 1011);
  CHECK(all[0].truncated == 1010);
  CHECK(all[0].max_copies == 1010);
  CHECK(all[0].buckets_used == 1);
  CHECK(all[0].persistent_bytes == 1011 * 160);
  CHECK(all[0].byte_sum() == all[0].pool_bytes);
  CHECK(all[1].persistent == 2);
  CHECK(all[2].persistent == 2);

  // Refcounted, each has a life of its own: the oldest goes first.
  shallow.evict = depot::Evict::kAll;
  Replay refcounted({shallow});
  refcounted.save(stack(1, 20), Client::kSlub, {}, 3);
  const std::uint32_t latest = handle(refcounted, 1, 20);
  refcounted.put(stack(1, 20), 2);
  CHECK(only(refcounted).refcounted == 1);
  CHECK(handle(refcounted, 1, 20) == latest);
  refcounted.put(stack(1, 20), 2);
  CHECK(only(refcounted).refcounted == 0);
  CHECK(only(refcounted).freelist == 3);
  CHECK(only(refcounted).puts_unbalanced == 1);
  CHECK(handle(refcounted, 1, 20) == 0xffffffff);
}

TEST_CASE("at the cap saves are lost, and smaller ones may still fit") {
  Config c = evicting_config("6.17", depot::Evict::kNone);
  c.max_pools = 1024;
  c.max_frames = 16;
  Replay replay({c});
  // Each save makes a record of 160 bytes: 102 to a pool, 64 bytes left over.
  replay.save(stack(1, 20), Client::kSlub, {}, 1024 * 102 + 5);
  Accounting a = only(replay);
  CHECK(a.pools == 1024);
  CHECK(a.lost_at_cap == 5);
  CHECK(a.persistent == 1024 * 102);
  CHECK(a.spare_bytes == 16384);
  replay.save(stack(2, 2), Client::kSlub);  // 48 bytes
  replay.save(stack(3, 2), Client::kSlub);
  replay.save(stack(3, 2), Client::kSlub, {}, 9);  // never got a record: lost each time
  a = only(replay);
  CHECK(a.persistent == 1024 * 102 + 1);
  CHECK(a.lost_at_cap == 15);
  CHECK(handle(replay, 3, 2) == 0xffffffff);
  replay.new_boot();
  replay.save(stack(3, 2), Client::kSlub);
  CHECK(only(replay).lost_at_cap == 15);
  CHECK(handle(replay, 3, 2) == 1);

  // As many as there are: no loop over them.
  Replay many({c, evicting_config("6.8-rc1"), evicting_config("6.1")});
  many.save(stack(1, 20), Client::kSlub, {}, ~std::uint64_t{0});
  many.save(stack(1, 65), Client::kKasanTags, {}, ~std::uint64_t{0});
  for (const Accounting& each : many.finish()) CHECK(each.byte_sum() == each.pool_bytes);
  CHECK(many.finish()[1].pools == 8192);
}

TEST_CASE("a stack larger than a pool is not stored") {
  Replay replay({evicting_config("6.1"), evicting_config("6.12")});
  replay.save(stack(1, 5000), Client::kUnknown, {}, 2);
  replay.save(stack(1, 5000));
  CHECK(replay.finish()[0].lost_too_deep == 3);
  CHECK(replay.finish()[0].pools == 0);
  CHECK(replay.finish()[1].persistent == 3);
}

TEST_CASE("the spare pool is not counted by `pools`") {
  Replay replay({evicting_config("6.12")});
  replay.save(stack(1), Client::kSlub);
  CHECK(only(replay).spare_bytes == 0);
  replay.save(stack(2), Client::kSlub);
  CHECK(only(replay).spare_bytes == 16384);
  CHECK(only(replay).pools == 1);
}

TEST_CASE("a new boot starts empty, and the boots add up") {
  const std::vector<Config> configs{evicting_config("6.1"), evicting_config("6.8-rc1"),
                                    evicting_config("6.12")};
  Replay replay(configs);
  replay.new_boot();  // nothing yet: no boot
  for (int boot = 0; boot < 3; ++boot) {
    replay.new_boot();
    for (std::uint64_t i = 0; i < 40; ++i)
      replay.save(stack(i), i % 2 == 0 ? Client::kSlub : Client::kKasanTags);
    replay.put(stack(1));
    replay.new_boot();
  }
  CHECK(replay.facts().boots == 3);
  CHECK(replay.facts().unique == 40);
  Replay single(configs);
  for (std::uint64_t i = 0; i < 40; ++i)
    single.save(stack(i), i % 2 == 0 ? Client::kSlub : Client::kKasanTags);
  single.put(stack(1));
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const Accounting sum = replay.finish()[i], one = single.finish()[i];
    CHECK(sum.boots == 3);
    CHECK(sum.pools == 3 * one.pools);
    CHECK(sum.records() == 3 * one.records());
    CHECK(sum.freelist == 3 * one.freelist);
    CHECK(sum.frees == 3 * one.frees);
    CHECK(sum.hash_table_bytes == 3 * one.hash_table_bytes);
    CHECK(sum.max_chain == one.max_chain);
    CHECK(sum.pool_offset == one.pool_offset);
    CHECK(sum.byte_sum() == sum.pool_bytes);
  }
  CHECK_FALSE(replay.handle(0, 0));  // of no boot that is still going on
}
