// What is one bug and what is not.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/grouping/made_reports.h"

using tests::groups_of;
using tests::Made;

namespace {

const std::vector<std::string> kFork{"kthread", "ret_from_fork", "ret_from_fork_asm"};
const std::vector<std::string> kWrite{"vfs_write", "ksys_write", "do_syscall_64",
                                      "entry_SYSCALL_64_after_hwframe"};

std::vector<std::string> stack(std::vector<std::string> own, const std::vector<std::string>& below) {
  own.insert(own.end(), below.begin(), below.end());
  return own;
}

}  // namespace

TEST_CASE("one title is one subject, a shared alternative joins, another function does not") {
  const auto groups = groups_of(std::vector<Made>{
      {"KASAN: slab-use-after-free Read in foo", stack({"foo", "a", "b"}, kWrite), {"bad-access in foo"}},
      {"KASAN: slab-use-after-free Write in foo", stack({"foo", "x", "y"}, kFork), {"bad-access in foo"}},
      {"KASAN: slab-use-after-free Write in bar", stack({"bar", "p", "q"}, kFork), {"bad-access in bar"}}});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].size() == 2);
  CHECK(groups[1] == std::vector<std::string>{"KASAN: slab-use-after-free Write in bar"});
}

TEST_CASE("different titles meet by their stacks, within a family only") {
  const std::vector<std::string> below{"ext4_find_extent", "ext4_ext_map_blocks", "ext4_map_blocks",
                                       "ext4_iomap_begin", "iomap_iter",          "ext4_file_write_iter"};
  const auto inlined = stack({"ext4_ext_check"}, below);
  const auto one = stack(below, kWrite);
  CHECK(groups_of(std::vector<Made>{{"KASAN: out-of-bounds Read in ext4_ext_check", stack(inlined, kWrite)},
                                    {"KASAN: out-of-bounds Read in ext4_find_extent", one}},
                  0.7)
            .size() == 1);
  CHECK(groups_of(std::vector<Made>{{"KASAN: out-of-bounds Read in ext4_ext_check", stack(inlined, kWrite)},
                                    {"WARNING in ext4_find_extent", one, {}, parser::Family::warning}},
                  0.7)
            .size() == 2);
}

TEST_CASE("what every stack has does not make two bugs one") {
  CHECK(groups_of(std::vector<Made>{{"KASAN: slab-use-after-free Read in foo", stack({"foo"}, kWrite)},
                                    {"KASAN: slab-use-after-free Read in bar", stack({"bar"}, kWrite)}},
                  0.5)
            .size() == 2);
}

TEST_CASE("no chain: what fits one half of a group only stays out") {
  // Each shares an alternative with its neighbours, the ends have nothing in common.
  const auto groups =
      groups_of(std::vector<Made>{{"WARNING in a", {"a"}, {"x"}, parser::Family::warning},
                                  {"WARNING in b", {"b"}, {"x", "y"}, parser::Family::warning},
                                  {"WARNING in c", {"c"}, {"y", "z"}, parser::Family::warning},
                                  {"WARNING in d", {"d"}, {"z"}, parser::Family::warning}});
  REQUIRE(groups.size() == 2);
  for (const auto& group : groups) CHECK(group.size() == 2);
}

TEST_CASE("an alternative that many titles have says nothing") {
  std::vector<Made> made;
  for (int i = 0; i < 30; ++i)
    made.push_back({"WARNING in f" + std::to_string(i),
                    {"f" + std::to_string(i)},
                    {"kernel/locking/mutex.c:LINE"},
                    parser::Family::warning});
  CHECK(groups_of(made).size() == 30);
}

TEST_CASE("an alternative of a primitive that everybody calls says nothing") {
  CHECK(groups_of(std::vector<Made>{
                      {"KASAN: use-after-free Read in memcpy", {"memcpy", "a"}, {"bad-access in memcpy"}},
                      {"KASAN: use-after-free Write in memcpy", {"memcpy", "b"}, {"bad-access in memcpy"}}})
            .size() == 2);
}

TEST_CASE("SLUB: one title of a shared cache, told apart by who allocated") {
  parser::FrameTable frames;
  const auto report = [&](const char* owner) {
    parser::Report made;
    made.family = parser::Family::slub;
    made.title = "SLUB: Right Redzone overwritten in kmalloc-64";
    made.object = parser::Object{"kmalloc-64", {}, {}};
    parser::Trace alloc;
    alloc.role = parser::Role::slub_alloc;
    for (const char* function : {"__kmalloc", owner, "do_syscall_64"})
      alloc.frames.push_back({frames.parse(std::string(function) + "+0x1/0x2")->id, true});
    parser::Trace call;  // who found it: the same for all
    for (const char* function :
         {"check_object", "validate_slab", "validate_slab_cache", "validate_store", "kernfs_fop_write_iter"})
      call.frames.push_back({frames.parse(std::string(function) + "+0x1/0x2")->id, true});
    made.traces = {alloc, call};
    return made;
  };
  CHECK(parser::title_detail(report("foo_open.isra.0"), frames) == "allocated in foo_open");
  auto own_cache = report("foo_open");
  own_cache.object->cache = "foo_cache";
  CHECK(parser::title_detail(own_cache, frames).empty());

  std::vector<parser::Subject> subjects;
  for (const char* owner : {"foo_open", "bar_open"}) {
    const auto made = report(owner);
    subjects.emplace_back(made, parser::title_detail(made, frames));
    subjects.back().add(made, parser::function_stack(made, frames));
  }
  CHECK(groups_of(std::vector<const parser::Subject*>{&subjects[0], &subjects[1]}).size() == 2);
}

TEST_CASE("law: the same reports in any order, split and merged in any way, give the same groups") {
  std::mt19937 random(7);
  parser::FrameTable frames;
  std::vector<Made> made;
  for (int bug = 0; bug < 40; ++bug) {
    const auto core = "core" + std::to_string(bug % 25);
    for (int title = 0; title < 3; ++title)
      for (int variant = 0; variant < 8; ++variant) {
        std::vector<std::string> own{"f" + std::to_string(bug) + "_" + std::to_string(title % (1 + bug % 3))};
        for (int depth = 0; depth < 6; ++depth)
          own.push_back(core + "_" + std::to_string((depth + variant % 2) % 6));
        if (variant > 4) own.push_back("tail" + std::to_string(random() % 5));
        made.push_back({"KASAN: kind" + std::to_string(title) + " in " + own.front(),
                        stack(own, kWrite),
                        {"bad-access in " + own.front(), "seen in " + core}});
      }
  }
  // Collected by `runs` collectors, then merged.
  const auto grouped = [&](unsigned runs) {
    std::shuffle(made.begin(), made.end(), random);
    std::vector<std::map<std::string, parser::Subject>> collected(runs);
    for (const auto& one : made) {
      const auto subject = tests::made_subject(one, frames);
      const auto [known, fresh] = collected[random() % runs].try_emplace(subject.label(), subject);
      if (!fresh) known->second.add(subject);
    }
    for (unsigned run = 1; run < runs; ++run)
      for (auto& [label, subject] : collected[run]) {
        const auto [known, fresh] = collected[0].try_emplace(label, subject);
        if (!fresh) known->second.add(subject);
      }
    std::vector<const parser::Subject*> subjects;
    for (const auto& [label, subject] : collected[0]) subjects.push_back(&subject);
    std::shuffle(subjects.begin(), subjects.end(), random);
    return groups_of(subjects);
  };
  const auto expected = grouped(1);
  CHECK(expected.size() > 10);
  CHECK(expected.size() < 80);
  for (const unsigned runs : {1u, 2u, 3u, 7u, 20u}) CHECK(grouped(runs) == expected);
}

TEST_CASE("thousands of titles are grouped without comparing all of them") {
  std::vector<Made> made;
  for (int i = 0; i < 4000; ++i) {
    const auto n = std::to_string(i);
    made.push_back({"WARNING in f" + n,
                    stack({"f" + n, "g" + n, "h" + std::to_string(i / 100)}, kWrite),
                    {},
                    parser::Family::warning});
  }
  CHECK(groups_of(made).size() == 4000);
}

TEST_CASE("what decided is told, and the pairs around the threshold") {
  parser::FrameTable frames;
  const std::vector<std::string> below{"g", "h", "i", "j", "k", "l"};
  std::vector<parser::Subject> subjects{
      tests::made_subject({"KASAN: out-of-bounds Read in foo", stack({"foo"}, below)}, frames),
      tests::made_subject({"KASAN: out-of-bounds Read in bar", stack({"bar"}, below)}, frames),
      tests::made_subject({"KASAN: out-of-bounds Read in far", {"far", "g", "h", "m", "n", "o"}}, frames)};
  const auto grouping = parser::group_subjects({&subjects[0], &subjects[1], &subjects[2]}, {0.6, 10});
  REQUIRE(grouping.over.size() == 1);
  CHECK(grouping.over[0].similarity >= 0.6);
  CHECK(grouping.over[0].deciding.front().name == "g");
  CHECK(grouping.over[0].deciding.front().seen == 3);
  CHECK(grouping.under.size() == 2);
  REQUIRE(grouping.groups.size() == 2);
  CHECK(grouping.groups[0].links.size() == 1);
}
