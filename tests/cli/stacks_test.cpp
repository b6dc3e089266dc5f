// depot-analyze stacks: counts, order, filters, and stack lists that read back as what they were written
// from.
#include "cli/stacks.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "cli/analyze.h"
#include "tests/cli/command.h"

namespace {

using nlohmann::json;
using tests::has;

tests::Ran stacks(std::vector<std::string> arguments) {
  return tests::run(cli::setup_stacks, cli::run_stacks, std::move(arguments));
}

json stacks_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto ran = stacks(std::move(arguments));
  INFO(ran.err);
  REQUIRE_EQ(ran.exit, cli::ExitCode::done);
  return json::parse(ran.out);
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// What must survive the way through a stack list: everything about the depot.
json depot_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto ran = tests::run(cli::setup_analyze, cli::run_analyze, std::move(arguments));
  REQUIRE_EQ(ran.exit, cli::ExitCode::done);
  const auto all = json::parse(ran.out);
  json boots = json::array();
  for (const auto& boot : all["boots"])
    boots.push_back({boot.value("kernel", ""), boot.value("arch", ""), boot["saves"], boot["unique"]});
  return {{"depot", all["depot"]}, {"configs", all["configs"]}, {"boots", boots}};
}

void check_round_trip(const std::vector<std::string>& inputs, const std::vector<std::string>& options = {}) {
  const tests::Folder folder;
  auto arguments = inputs;
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto direct = depot_of(arguments);
  arguments.insert(arguments.end(), {"--format", "ndjson"});
  const auto list = stacks(arguments);
  REQUIRE_EQ(list.exit, cli::ExitCode::done);
  auto again = options;
  again.insert(again.begin(), folder.file("list", list.out));
  CHECK_EQ(direct, depot_of(again));
  // A list of a list is the list.
  again.insert(again.end(), {"--format", "ndjson"});
  CHECK_EQ(stacks(again).out, list.out);
}

const std::string kSlab =
    "      5 kmem_a+0x5/0x10 age=1/2/3 pid=7\n        kmem_a+0x5/0x10\n        do_it+0x1/0x2\n        "
    "top+0x1/0x2\n\n"
    "      2 ext4_b+0x5/0x10 [ext4] age=1/2/3 pid=7\n        ext4_b+0x5/0x10 [ext4]\n        top+0x1/0x2\n\n"
    "      9 kmem_c+0x5/0x10 age=1/2/3 pid=7\n        kmem_c+0x5/0x10\n\n"
    "      4 kmem_a+0x5/0x10 age=1/2/3 pid=7\n        kmem_a+0x5/0x10\n        do_it+0x1/0x2\n        "
    "top+0x1/0x2\n\n";

}  // namespace

TEST_CASE("stacks are counted, sized and sorted") {
  const tests::Folder folder;
  const auto dump = folder.file("alloc_traces", kSlab);
  const auto result = stacks_json({dump});
  CHECK_EQ(result["saves"], 20);
  CHECK_EQ(result["unique"], 3);
  REQUIRE_EQ(result["stacks"].size(), 3);
  const auto& first = result["stacks"][0];
  CHECK_EQ(first["count"], 9);
  CHECK_EQ(first["depth"], 3);
  CHECK_EQ(first["bytes"], 64);  // 32 + 3 * 8 = 56, rounded to 16
  CHECK_EQ(first["clients"], json{"slub_alloc"});
  CHECK_EQ(first["frames"], json{"kmem_a+0x5/0x10", "do_it+0x1/0x2", "top+0x1/0x2"});
  // Equal counts stay in order of saving.
  CHECK_EQ(result["stacks"][1]["frames"], json{"kmem_c+0x5/0x10"});
  CHECK_EQ(result["stacks"][2]["frames"][0], "ext4_b+0x5/0x10 [ext4]");

  CHECK_EQ(stacks_json({dump, "--sort", "depth"})["stacks"][1]["depth"], 2);
  CHECK_EQ(stacks_json({dump, "--sort", "bytes", "--top", "1"})["stacks"].size(), 1);
  CHECK_EQ(stacks_json({dump, "--kernel", "6.8-rc4"})["stacks"][0]["bytes"], 544);
  CHECK_EQ(stacks_json({dump, "--kernel", "5.15"})["stacks"][0]["bytes"], 48);
  CHECK_EQ(stacks_json({dump, "--what-if", "kernel=6.8-rc4,max-frames=16"})["stacks"][0]["bytes"], 160);
}

TEST_CASE("filters look at symbols, modules and clients") {
  const tests::Folder folder;
  const auto dump = folder.file("alloc_traces", kSlab);
  CHECK_EQ(stacks_json({dump, "--symbol", "^kmem_[ac]$"})["unique"], 2);
  CHECK_EQ(stacks_json({dump, "--symbol", "do_it"})["saves"], 9);
  CHECK_EQ(stacks_json({dump, "--module", "ext[0-9]"})["unique"], 1);
  CHECK_EQ(stacks_json({dump, "--module", "."})["unique"], 1);
  CHECK_EQ(stacks_json({dump, "--client", "slub_free"})["unique"], 0);
  CHECK_EQ(stacks_json({dump, "--client", "^slub"})["unique"], 3);
  CHECK_EQ(stacks_json({dump, "--symbol", "top", "--module", "ext4"})["unique"], 1);
  const auto list = stacks({dump, "--symbol", "do_it", "--format", "ndjson"}).out;
  CHECK_EQ(lines(list), 1);
  CHECK_EQ(json::parse(list)["count"], 9);
  // What a client saved is counted alone.
  const auto both = folder.file("list",
                                "{\"frames\":[\"0xffff1000\"],\"client\":\"slub_alloc\",\"count\":3}\n"
                                "{\"frames\":[\"0xffff1000\"],\"client\":\"kasan-generic\",\"count\":4}\n"
                                "{\"frames\":[\"0xffff1000\"],\"op\":\"put\"}\n"
                                "{\"frames\":[\"0xffff2000\"],\"op\":\"put\"}\n");
  CHECK_EQ(stacks_json({both, "--client", "kasan"})["saves"], 4);
  CHECK_EQ(stacks_json({both})["stacks"][0]["clients"], json{"slub_alloc", "kasan-generic"});
  CHECK_EQ(lines(stacks({both, "--client", "kasan", "--format", "ndjson"}).out), 2);
}

TEST_CASE("a bad pattern or more than one config is said and exits with 2") {
  for (const auto* option : {"--symbol", "--module", "--client"}) {
    const auto ran = stacks({option, "a(b", tests::testdata("logs/kasan-slub-6.12.txt")});
    CHECK_EQ(ran.exit, cli::ExitCode::trouble);
    CHECK_EQ(ran.out, "");
    CHECK_MESSAGE(has(ran.err, std::string(option) + " a(b: missing )"), ran.err);
  }
  const auto ran =
      stacks({"--what-if", "word=4", "--what-if", "word=8", tests::testdata("logs/kasan-slub-6.12.txt")});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
}

TEST_CASE("text shows ten stacks, or as many as asked for") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  const auto ten = stacks({log}).out;
  CHECK(has(ten, "25 unique stacks, 29 saves; the first 10 (--top 0 shows all)"));
  CHECK(has(ten, "frames   kasan-generic"));
  const auto all = stacks({log, "--top", "0"}).out;
  CHECK_FALSE(has(all, "the first"));
  CHECK_GT(lines(all), lines(ten));
}

TEST_CASE("folded stacks hold one stack per line whatever the names") {
  const tests::Folder folder;
  const auto dump = folder.file("alloc_traces", kSlab);
  CHECK_EQ(stacks({dump, "--format", "folded"}).out, "top;do_it;kmem_a 9\nkmem_c 9\ntop;ext4_b_[ext4] 2\n");
  const auto hostile =
      folder.file("list", R"({"frames":["f+0x1/0x2 [a;b\nc\u001b[31m]","g+0x1/0x2 [x 12]"],"count":7})"
                          "\n");
  const auto folded = stacks({hostile, "--format", "folded"});
  const auto text = stacks({hostile});
  CHECK_EQ(text.out.find('\x1b'), std::string::npos);
  CHECK_EQ(lines(folded.out), std::count(folded.out.begin(), folded.out.end(), '7'));
  CHECK_EQ(folded.out.find('\x1b'), std::string::npos);
  const auto no_frame = folded.out.find("a;b");
  CHECK_EQ(no_frame, std::string::npos);
}

TEST_CASE("a stack list reads back as what it was written from") {
  const tests::Folder folder;
  const auto logs = tests::testdata("logs/");
  check_round_trip({logs + "kasan-slub-6.12.txt"});
  check_round_trip({logs + "debian-6.12-slab-traces.tar.xz"});
  // Two boots keep a depot each.
  check_round_trip({logs + "kasan-slub-6.1-cut.txt", logs + "kasan-slub-6.12.txt"});
  check_round_trip({logs + "kasan-slub-6.12.txt", logs + "kasan-slub-6.12.txt"});
  const auto dump = folder.file("alloc_traces", kSlab);
  check_round_trip({dump, logs + "kasan-slub-6.12.txt"});
  check_round_trip({logs + "kasan-slub-6.12.txt", dump});
  check_round_trip({dump}, {"--kernel", "6.8-rc1"});
  // A log that says how large its hash table is, with and without saying whose it is.
  const std::string table =
      "[    0.081613] stackdepot hash table entries: 32768 (order: 7, 524288 bytes, linear)\n";
  const auto banner =
      folder.file("banner", "[    0.000000] Linux version 6.8.0-rc2 (a@b) (gcc) #1 SMP\n" + table);
  check_round_trip({banner, dump});
  check_round_trip({folder.file("table", table), dump});
}

TEST_CASE("a boot that nobody named stays apart from the next one") {
  const tests::Folder folder;
  const std::string stack =
      "[    1.000000] Allocated in a+0x1/0x2 age=5 cpu=0 pid=7\n[    1.000000]  a+0x1/0x2\n[    1.000000]  "
      "b+0x1/0x2\n[    "
      "1.0] x\n";
  const auto log =
      folder.file("log", stack + "[    0.000000] Linux version 6.1.5 (a@b) (gcc 12) #1 SMP\n" + stack);
  const auto direct = depot_of({log});
  REQUIRE_EQ(direct["boots"].size(), 2);
  check_round_trip({log});
}

TEST_CASE("a stack list keeps the order of saves and puts") {
  const tests::Folder folder;
  for (const int puts_from : {0, 300, 100000}) {
    CAPTURE(puts_from);
    std::mt19937 random(7);
    std::string list;
    for (int i = 0; i < 1500; ++i) {
      const auto stack = random() % 40;
      json record{{"frames", json::array()}};
      for (std::size_t frame = 0; frame <= stack * 2; ++frame)
        record["frames"].push_back("0xffffffff81" + std::to_string(100000 + stack * 100 + frame));
      if (i >= puts_from && random() % 3 == 0) record["op"] = "put";
      if (random() % 2 == 0) record["count"] = 1 + random() % 4;
      if (random() % 2 == 0) record["evictable"] = random() % 2 == 0;
      if (random() % 3 != 0)
        record["client"] =
            std::vector<std::string>{"slub_alloc", "kasan-generic", "kasan-tags", "own"}.at(random() % 4);
      list += record.dump() + "\n";
    }
    const auto file = folder.file("list", list);
    check_round_trip({file});
    check_round_trip({file}, {"--what-if", "kernel=6.8-rc4,grace=100"});
    check_round_trip({file}, {"--what-if", "max-frames=16"});
    // Without puts, what is saved again is folded away.
    if (puts_from > 1500) CHECK_LT(lines(stacks({file, "--format", "ndjson"}).out), 800);
  }
}

TEST_CASE("a long list with puts goes through in pieces") {
  const tests::Folder folder;
  std::string list;
  for (int i = 0; i < 150'000; ++i)
    list += i % 2 == 0 ? "{\"frames\":[\"0xffff1000\"],\"evictable\":true}\n"
                       : "{\"frames\":[\"0xffff1000\"],\"op\":\"put\"}\n";
  const auto file = folder.file("list", list);
  CHECK_EQ(lines(stacks({file, "--format", "ndjson"}).out), 150'000);
  check_round_trip({file});
  CHECK_EQ(lines(stacks({file, "--format", "ndjson", "--top", "1"}).out), 150'000);
}

TEST_CASE("--top chooses the stacks of a list and leaves their order") {
  const tests::Folder folder;
  const auto dump = folder.file("alloc_traces", kSlab);
  const auto ran = stacks({dump, "--format", "ndjson", "--top", "2", "--sort", "depth"});
  std::istringstream out(ran.out);
  std::string first, second, none;
  std::getline(out, first);
  std::getline(out, second);
  CHECK_FALSE(std::getline(out, none));
  CHECK_EQ(json::parse(first)["count"], 9);
  CHECK_EQ(json::parse(second)["frames"][0], "ext4_b+0x5/0x10 [ext4]");
}

TEST_CASE("a list of one boot gives each record's handle, as that kernel would print it") {
  const tests::Folder folder;
  const auto list = folder.file("list.ndjson",
                                "{\"frames\":[\"0xffffffff81000000\"]}\n"
                                "{\"frames\":[\"0xffffffff81000010\",\"0xffffffff81000020\"]}\n");
  const auto handles = [&](const std::string& kernel) {
    std::string text;
    const auto all = stacks_json({list, "--kernel", kernel});
    for (const auto& stack : all["stacks"]) text += stack["handle"].get<std::string>() + " ";
    return text;
  };
  // The first handle of each era, and the one a record further on.
  CHECK_EQ(handles("6.12"), "0x00000001 0x00060001 ");
  CHECK_EQ(handles("6.1"), "0x04000000 0x04020000 ");
  CHECK_EQ(handles("6.8-rc4"), "0x07b40000 0x07700000 ");
  // A log's stacks are some of those that were saved; where their records lie nobody knows.
  const auto log = stacks_json({std::string(DEPOT_SOURCE_DIR) + "/testdata/logs/kasan-slub-6.12.txt"});
  CHECK_FALSE(log["stacks"][0].contains("handle"));
}
