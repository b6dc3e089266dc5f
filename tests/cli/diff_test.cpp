#include "cli/diff.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/cli/command.h"

namespace {

tests::Ran diff(std::vector<std::string> arguments) {
  return tests::run(cli::setup_diff, cli::run_diff, std::move(arguments));
}

nlohmann::json diff_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--format", "json"});
  return nlohmann::json::parse(diff(std::move(arguments)).out);
}

constexpr const char* kStacksBefore =
    R"({"frames": ["a+0x1/0x10", "main+0x5/0x10"], "count": 3, "client": "slub"}
{"frames": ["b+0x1/0x10", "main+0x5/0x10"], "count": 7, "client": "slub"}
{"frames": ["same+0x1/0x10", "main+0x5/0x10"], "count": 2}
)";
constexpr const char* kStacksAfter =
    R"({"frames": ["same+0x1/0x10", "main+0x5/0x10"], "count": 2}
{"frames": ["a+0x1/0x10", "main+0x5/0x10"], "count": 15, "client": "slub"}
{"frames": ["c+0x1/0x10", "b+0x8/0x10", "main+0x5/0x10"], "client": "page_owner"}
)";

}  // namespace

TEST_CASE("stacks are followed by their keys") {
  const tests::Folder folder;
  const auto before = folder.file("before", kStacksBefore);
  const auto after = folder.file("after", kStacksAfter);
  const auto document = diff_json({before, after});
  CHECK_EQ(document["stack_counts"],
           nlohmann::json({{"same", 1}, {"new", 1}, {"gone", 1}, {"grown", 1}, {"shrunk", 0}}));
  const auto& stacks = document["stacks"];
  REQUIRE_EQ(stacks.size(), 3);
  // The largest change first.
  CHECK_EQ(stacks[0]["frames"], nlohmann::json({"a+0x1", "main+0x5"}));
  CHECK_EQ(stacks[0]["count"], nlohmann::json({3, 15}));
  CHECK_EQ(stacks[0]["bytes"], nlohmann::json({48, 48}));  // 32 + 8n
  CHECK_EQ(stacks[0]["change"], "grown");
  CHECK_EQ(stacks[1]["change"], "gone");
  CHECK_EQ(stacks[2]["change"], "new");
  CHECK_EQ(stacks[2]["clients"], nlohmann::json({"page_owner"}));
  // FNV-1a of "a+0x1\nmain+0x5\n": a key that is written down somewhere must stay what it is.
  CHECK_EQ(stacks[0]["key"], "0xb2403d1f55a55237");
  // The same stacks the other way round are the same changes.
  CHECK_EQ(diff_json({after, before})["stacks"][0]["key"], stacks[0]["key"]);
  CHECK_EQ(diff_json({before, after, "--top", "1"})["stacks"].size(), 1);
  CHECK_EQ(diff_json({before, after, "--sort", "bytes"})["stacks"][0]["change"], "new");
}

TEST_CASE("names meet where offsets do not") {
  const tests::Folder folder;
  const auto before = folder.file("before", R"({"frames": ["a+0x1/0x10"], "count": 2})"
                                            "\n");
  const auto after = folder.file("after", R"({"frames": ["a+0x2/0x20"], "count": 1}
{"frames": ["a+0x4/0x20"], "count": 1})"
                                          "\n");
  CHECK_EQ(diff_json({before, after})["stack_counts"]["same"], 0);
  const auto text = diff({before, after});
  CHECK_NE(text.out.find("--key names"), std::string::npos);
  const auto names = diff_json({before, after, "--key", "names"});
  CHECK_EQ(names["stack_counts"]["same"], 1);
}

TEST_CASE("reports that came and went, the depot's memory, and the exit status for it") {
  const tests::Folder folder;
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  std::ifstream file(log, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // Without its first report and with one more of its last.
  const auto second = text.find("BUG: KASAN: slab-out-of-bounds");
  REQUIRE_NE(second, std::string::npos);
  const auto rest = text.rfind('\n', text.rfind("=====", second)) + 1;
  const auto shorter = folder.file("shorter", text.substr(rest));

  const auto gone = diff_json({log, shorter});
  CHECK_EQ(gone["reports"][0]["change"], "gone");
  CHECK_EQ(gone["reports"][0]["title"], "SLUB: Right Redzone overwritten in lab_rz_right");
  CHECK_EQ(gone["reports"].size(), 9);
  CHECK_EQ(diff_json({log, log})["stacks"].size(), 0);
  CHECK_EQ(diff_json({log, log})["configs"][0]["pool_bytes"], nlohmann::json({16384, 16384}));

  CHECK(diff({log, log, "--fail-on", "new,grown,memory"}).exit == cli::ExitCode::done);
  CHECK(diff({log, shorter, "--fail-on", "new"}).exit == cli::ExitCode::done);
  CHECK(diff({"--fail-on", "new", shorter, log}).exit == cli::ExitCode::findings);
  CHECK(diff({shorter, log, "--fail-on", "grown"}).exit == cli::ExitCode::findings);
  CHECK(diff({shorter, log, "--fail-on", "memory"}).exit == cli::ExitCode::done);
  CHECK(diff({shorter, log}).exit == cli::ExitCode::done);

  const auto shown = diff({shorter, log});
  CHECK_NE(shown.out.find("  new  SLUB: Right Redzone overwritten in lab_rz_right\n"), std::string::npos);
  CHECK_NE(shown.out.find("8 titles as before"), std::string::npos);
  const auto markdown = diff({shorter, log, "--format", "markdown"});
  CHECK_NE(markdown.out.find("| `SLUB: Right Redzone overwritten in lab_rz_right` | 0 | 1 | new |\n"),
           std::string::npos);
}

TEST_CASE("two inputs, no more and no fewer, both of which can be read") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  for (const auto& arguments : std::vector<std::vector<std::string>>{{}, {log}, {log, log, log}}) {
    const auto ran = diff(arguments);
    CHECK(ran.exit == cli::ExitCode::trouble);
    CHECK_EQ(ran.out, "");
    CHECK_NE(ran.err.find("compares two inputs"), std::string::npos);
  }
  const auto ran = diff({log, "no-such-file"});
  CHECK(ran.exit == cli::ExitCode::trouble);
  CHECK_EQ(ran.out, "");
}
