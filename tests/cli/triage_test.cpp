// The triage command in-process: groups, baseline, suppressions, exit codes.
#include "cli/triage.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/render/escape.h"
#include "tests/cli/command.h"

using cli::ExitCode;
using tests::Folder;

namespace {

tests::Ran triage(std::vector<std::string> arguments, const cli::render::Screen& screen = {}) {
  return tests::run(cli::setup_triage, cli::run_triage, std::move(arguments), screen);
}

nlohmann::json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--format", "json"});
  return nlohmann::json::parse(triage(std::move(arguments)).out);
}

// A KASAN report as v6.12 prints it, of a log that has nothing else.
std::string report(const std::string& function, const std::string& kind = "slab-use-after-free",
                   const std::string& access = "Read", const std::string& release = "6.12.3") {
  const std::string p = "[   10.000000][  T100] ";
  return p + std::string(66, '=') + "\n" + p + "BUG: KASAN: " + kind + " in " + function + "+0x10/0x80\n" +
         p + access + " of size 8 at addr ffff888001234560 by task demo/100\n" + p + "\n" + p +
         "CPU: 0 UID: 0 PID: 100 Comm: demo Not tainted " + release + " #1\n" + p + "Call Trace:\n" + p +
         " <TASK>\n" + p + " dump_stack_lvl+0x53/0x70\n" + p + " print_report+0xd0/0x630\n" + p +
         " kasan_report+0xce/0x100\n" + p + " " + function + "+0x10/0x80\n" + p + " " + function +
         "_caller+0x20/0x40\n" + p + " do_syscall_64+0x4b/0x110\n" + p +
         " entry_SYSCALL_64_after_hwframe+0x76/0x7e\n" + p + " </TASK>\n" + p + "\n" + p +
         std::string(66, '=') + "\n";
}

const std::string kQuiet = "[    1.000000][    T1] hello\n[    2.000000][    T1] world\n";

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a group is one line, with its count and places") {
  const Folder folder;
  const auto a = folder.file("a.log", kQuiet + report("foo") + report("foo"));
  const auto b = folder.file("b.log", report("bar") + report("foo"));
  const auto ran = triage({a, b});
  CHECK(ran.exit == ExitCode::findings);
  CHECK(ran.out.find("2 logs") != std::string::npos);
  CHECK(ran.out.find("3     2  KASAN: slab-use-after-free Read in foo  a.log:4") != std::string::npos);
  CHECK(ran.out.find("Failed: 2 new.") != std::string::npos);
  CHECK(ran.err.empty());

  const auto document = json_of({a, b});
  CHECK(document["totals"]["reports"] == 4);
  const auto& group = document["groups"][0];
  CHECK(group["title"] == "KASAN: slab-use-after-free Read in foo");
  CHECK(group["count"] == 3);
  CHECK(group["logs"] == 2);
  CHECK(group["first_in"] == 1);
  CHECK(group["reports"].size() == 3);
  CHECK(group["last"]["input"] == b);
}

TEST_CASE("exit codes: clean, new, known, trouble") {
  const Folder folder;
  const auto clean = folder.file("clean.log", kQuiet);
  const auto bad = folder.file("bad.log", report("foo"));
  const auto other = folder.file("other.log", report("bar"));
  const auto baseline = folder.path("known.txt");
  CHECK(triage({clean}).exit == ExitCode::done);
  CHECK(triage({clean, bad}).exit == ExitCode::findings);
  CHECK(triage({"--baseline", baseline, bad}).exit == ExitCode::trouble);
  CHECK(triage({"--baseline", baseline, "--update-baseline", bad}).exit == ExitCode::done);
  CHECK(triage({"--baseline", baseline, bad}).exit == ExitCode::done);
  CHECK(triage({"--baseline", baseline, clean}).exit == ExitCode::done);
  CHECK(triage({"--baseline", baseline, bad, other}).exit == ExitCode::findings);
  // An input that cannot be read does not stop the others, and wins.
  const auto ran = triage({bad, folder.path("missing")});
  CHECK(ran.exit == ExitCode::trouble);
  CHECK(ran.out.find("in foo") != std::string::npos);
  CHECK(ran.err.find("missing: No such file") != std::string::npos);
}

TEST_CASE("what to fail on") {
  const Folder folder;
  const auto read = folder.file("read.log", report("foo"));
  const auto baseline = folder.path("known.txt");
  REQUIRE(triage({"--baseline", baseline, "--update-baseline", read}).exit == ExitCode::done);
  const auto exit = [&](const char* fail_on) { return triage({"--fail-on", fail_on, read}).exit; };
  CHECK(exit("never") == ExitCode::done);
  CHECK(exit("severity>=9") == ExitCode::findings);
  CHECK(exit("severity>=10") == ExitCode::done);
  CHECK(exit("family=kasan") == ExitCode::findings);
  CHECK(exit("family=slub") == ExitCode::done);
  CHECK(exit("family=slub,severity>=8") == ExitCode::findings);
  CHECK(triage({"--fail-on", "any", "--baseline", baseline, read}).exit == ExitCode::findings);
  for (const char* wrong : {"", "nothing", "severity>=", "severity>=11", "severity>=0", "severity>=9x",
                            "family=", "family=x", "new,", "never,new"})
    CHECK_MESSAGE(exit(wrong) == ExitCode::trouble, wrong);
}

TEST_CASE("a baseline keeps its comments, is sorted, and is written in one step") {
  const Folder folder;
  const auto log = folder.file("a.log", report("zoo") + report("bar"));
  const auto file = folder.file("known.txt",
                                "# depot-analyze baseline 1\n# kept by the storage team\n\n"
                                "# fixed in next\n"
                                "- link=https://example.org/1 | KASAN: slab-use-after-free Read in zoo\n"
                                "# old\n- arch=arm64 | WARNING in aaa\n");
  const auto ran = triage({"--baseline", file, "--update-baseline", log});
  CHECK(ran.exit == ExitCode::done);
  const auto text = content(file);
  CHECK(text ==
        "# depot-analyze baseline 1\n# kept by the storage team\n\n"
        "1-a9c9bd8587de | KASAN: slab-use-after-free Read in bar\n"
        "# fixed in next\n"
        "1-8994f083cd2d link=https://example.org/1 | KASAN: slab-use-after-free Read in zoo\n"
        "# old\n1-dcd78b55ab5d arch=arm64 | WARNING in aaa\n");
  CHECK(ran.out.find("known.txt:7  WARNING in aaa") != std::string::npos);
  CHECK(triage({"--baseline", file, "--update-baseline", log}).exit == ExitCode::done);
  CHECK(content(file) == text);
  const auto document = json_of({"--baseline", file, log});
  CHECK(document["baseline"]["unmatched"].size() == 1);
  // An entry for what a filter left out may still be needed.
  CHECK(json_of({"--baseline", file, "--title", "in bar", log})["baseline"]["unmatched"] ==
        document["baseline"]["unmatched"]);
  CHECK(document["groups"][1]["reasons"][0] == file + ":6 https://example.org/1 fixed in next");
}

TEST_CASE("entries are narrowed by kernel, architecture and config") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo"));
  const auto exit = [&](const std::string& scope, std::vector<std::string> more = {}) {
    more.insert(
        more.end(),
        {"--baseline", folder.file("known.txt", "- " + scope + " | KASAN: slab-use-after-free Read in foo\n"),
         log});
    return triage(std::move(more)).exit;
  };
  CHECK(exit("kernel=6.12.*") == ExitCode::done);
  CHECK(exit("kernel=6.6.*") == ExitCode::findings);
  CHECK(exit("arch=arm64") == ExitCode::findings);  // the log does not say
  CHECK(exit("arch=arm64", {"--arch", "arm64"}) == ExitCode::done);
  CHECK(exit("config=kasan-*") == ExitCode::findings);
  CHECK(exit("config=kasan-*", {"--config", "kasan-all"}) == ExitCode::done);
  // Known for one kernel, seen on two.
  const auto other = folder.file("b.log", report("foo", "slab-use-after-free", "Read", "6.6.9"));
  CHECK(exit("kernel=6.12.*", {other}) == ExitCode::findings);
}

TEST_CASE("expired entries count no more") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo"));
  const auto file =
      folder.file("known.txt", "- expires=2026-03-31 | KASAN: slab-use-after-free Read in foo\n");
  CHECK(triage({"--baseline", file, "--as-of", "2026-03-31", log}).exit == ExitCode::done);
  const auto ran = triage({"--baseline", file, "--as-of", "2026-04-01", log});
  CHECK(ran.exit == ExitCode::findings);
  CHECK(ran.out.find("expires 2026-03-31") != std::string::npos);
  CHECK(triage({"--baseline", file, "--as-of", "yesterday", log}).exit == ExitCode::trouble);
}

TEST_CASE("bad lines of a baseline are named") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo"));
  const auto error = [&](const std::string& line) {
    const auto ran = triage({"--baseline", folder.file("known.txt", "# one\n" + line + "\n"), log});
    CHECK(ran.exit == ExitCode::trouble);
    CHECK(ran.err.find("known.txt:2: ") != std::string::npos);
    return ran.err;
  };
  CHECK(error("KASAN: foo").find("| TITLE") != std::string::npos);
  CHECK(error("- |").find("no title") != std::string::npos);
  CHECK(error("| x").find("no signature") != std::string::npos);
  CHECK(error("1-zz | x").find("no signature, as") != std::string::npos);
  CHECK(error("9-0123456789ab | x").find("newer") != std::string::npos);
  CHECK(error("- cpu=4 | x").find("expected arch=") != std::string::npos);
  CHECK(error("- arch= | x").find("no value") != std::string::npos);
  CHECK(error("- arch=a arch=b | x").find("twice") != std::string::npos);
  CHECK(error("- expires=2026-02-30 | x").find("expected a day") != std::string::npos);
}

TEST_CASE("suppressed reports are counted and shown, never silent") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo") + report("vendor_read") + report("bar"));
  const auto rules =
      folder.file("rules.txt",
                  "# noise\ntitle ^KASAN: .* in foo$ -- slow disks\nguilty ^vendor_ -- out of tree\n"
                  "line nothing like that -- never seen\n");
  const auto ran = triage({"--suppress", rules, log});
  CHECK(ran.exit == ExitCode::findings);
  CHECK(ran.out.find("1 report  slow disks") != std::string::npos);
  CHECK(ran.out.find("0 reports  never seen") != std::string::npos);
  const auto document = json_of({"--suppress", rules, log});
  CHECK(document["totals"]["suppressed"] == 2);
  CHECK(document["totals"]["new"] == 1);
  CHECK(triage({"--suppress", folder.file("all.txt", "line by task demo/ -- a demo\n"), log}).exit ==
        ExitCode::done);
  for (const char* wrong : {"title foo", "title  -- reason", "what foo -- reason", "title ( -- reason"}) {
    const auto bad = triage({"--suppress", folder.file("wrong.txt", std::string(wrong) + "\n"), log});
    CHECK(bad.exit == ExitCode::trouble);
    CHECK_MESSAGE(bad.err.find("wrong.txt:1: ") != std::string::npos, wrong);
  }
}

TEST_CASE("a new title of a known bug is known; its log says why") {
  const Folder folder;
  const auto file = folder.file("known.txt", "- | KASAN: slab-use-after-free Read in foo\n");
  const auto log = folder.file("a.log", report("foo") + report("foo", "slab-use-after-free", "Write"));
  CHECK(triage({"--baseline", file, log}).exit == ExitCode::done);
  REQUIRE(triage({"--baseline", file, "--update-baseline", log}).exit == ExitCode::done);
  CHECK(content(file).find("Write in foo") != std::string::npos);
}

TEST_CASE("the result does not depend on the number of workers or the order of logs") {
  const Folder folder;
  std::vector<std::string> logs;
  for (int i = 0; i < 40; ++i) {
    std::string text = kQuiet;
    for (int j = 0; j <= i % 5; ++j) text += report("f" + std::to_string((i * 7 + j * 3) % 11));
    logs.push_back(folder.file("log" + std::to_string(100 + i), text));
  }
  const auto with = [&](const char* jobs) {
    auto arguments = logs;
    arguments.insert(arguments.begin(), {"-j", jobs});
    return triage(arguments).out;
  };
  const auto one = with("1");
  CHECK(one.find("11 groups") != std::string::npos);
  for (const char* jobs : {"2", "3", "8", "64"}) CHECK(with(jobs) == one);

  const auto signatures = [](const nlohmann::json& document) {
    std::vector<std::string> all;
    for (const auto& group : document["groups"])
      all.push_back(group["signature"].get<std::string>() + " " + std::to_string(group["count"].get<int>()));
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto forward = signatures(json_of(logs));
  std::reverse(logs.begin(), logs.end());
  CHECK(signatures(json_of(logs)) == forward);
}

TEST_CASE("reports that tests provoke are expected") {
  const Folder folder;
  const std::string p = "[    9.000000][  T100] ";
  const auto lkdtm =
      folder.file("lkdtm.log", p + "lkdtm: Performing direct entry WRITE_AFTER_FREE\n" + report("foo"));
  auto document = json_of({lkdtm});
  CHECK(document["groups"][0]["status"] == "expected");
  CHECK(document["groups"][0]["reasons"][0] == "LKDTM WRITE_AFTER_FREE");
  const auto kunit = [&](const std::string& suite) {
    return json_of(
        {folder.file("kunit.log", p + "    # Subtest: " + suite + "\n" + report("foo") + p +
                                      "    ok 1 foo\n" + p + "ok 3 " + suite + "\n" + report("bar"))});
  };
  document = kunit("kasan");
  CHECK(document["totals"]["expected"] == 1);
  CHECK(document["totals"]["new"] == 1);
  CHECK(document["groups"][1]["reasons"][0] == "KUnit kasan");
  // A suite that is not known for it makes findings.
  CHECK(kunit("ext4_inode_test")["totals"]["new"] == 2);
}

TEST_CASE("hostile names and bytes reach no terminal") {
  const Folder folder;
  const auto log = folder.file("a\x1b[31m.log", report("f\x1b]0;x\x07oo"));
  const auto ran = triage({log, folder.path("none\x1b[2J")});
  for (const auto& text : {ran.out, ran.err})
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}

TEST_CASE("what comes again is told from what only looks like it") {
  const Folder folder;
  const std::string p = "[    9.000000][  T100] ";
  // One report provoked, the same again as a finding, and on another kernel.
  const auto log = folder.file("a.log", p + "    # Subtest: kasan\n" + report("foo") + p + "ok 3 kasan\n" +
                                            report("foo") + report("foo"));
  const auto other = folder.file("b.log", report("foo", "slab-use-after-free", "Read", "6.6.9") +
                                              report("foo", "slab-use-after-free", "Read", "6.6.9"));
  const auto document = json_of({log, other});
  CHECK(document["totals"]["reports"] == 5);
  REQUIRE(document["groups"].size() == 2);
  CHECK(document["groups"][0]["status"] == "new");
  CHECK(document["groups"][0]["count"] == 4);
  CHECK(document["groups"][0]["logs"] == 2);
  CHECK(document["groups"][0]["first_in"] == 2);
  CHECK(document["groups"][0]["kernels"] ==
        nlohmann::json::parse(R"([{"release": "6.12.3"}, {"release": "6.6.9"}])"));
  CHECK(document["groups"][0]["reports"][0]["line"] == 21);
  CHECK(document["groups"][1]["status"] == "expected");
  CHECK(document["groups"][1]["count"] == 1);
}

TEST_CASE("the largest log is read first, and that changes nothing") {
  const Folder folder;
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += kQuiet;
  const auto small = folder.file("a.log", report("foo"));
  const auto large = folder.file("b.log", noise + report("foo") + report("bar"));
  const auto one = triage({"-j", "1", small, large, small});
  const auto two = triage({"-j", "2", small, large, small});
  CHECK(one.out == two.out);
  CHECK(json_of({"-j", "2", small, large})["groups"][0]["example"]["input"] == small);
}

TEST_CASE("how many reports a filter left out is said") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo") + report("bar") + report("bar"));
  const auto document = json_of({"--title", "in foo", log});
  CHECK(document["filter"] == nlohmann::json({{"left_out", 2}, {"untimed", 0}}));
  CHECK(document["totals"]["reports"] == 1);
  CHECK(triage({"--title", "in foo", log}).out.find("2 reports were left out by --family") !=
        std::string::npos);
  CHECK(!json_of({log}).contains("filter"));
}

TEST_CASE("a kernel's file serves the reports of that kernel only") {
  const Folder folder;
  const auto log = [&](const std::string& name, const std::string& function, const std::string& kernel) {
    return folder.file(name, "BUG: KASAN: slab-out-of-bounds in " + function +
                                 "+0x1/0x10\nRead of size 8 at addr ffff888000000008 by task cat/7\n"
                                 "CPU: 0 PID: 7 Comm: cat Not tainted " +
                                 kernel + "\nCall Trace:\n " + function +
                                 "+0x5/0x100\n start_kernel+0x5/0x100\n\n" + std::string(66, '=') + "\n");
  };
  const auto own = log("own.log", "outer", "6.12.0-fixture #1");
  const auto old = log("old.log", "early", "6.1.0 #1");
  const auto rebuilt =
      log("rebuilt.log", "plain", "6.12.0-fixture #1 0123456789abcdef0123456789abcdef01234567");
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--format", "markdown", "--no-cache", "--vmlinux",
                             std::string(SYMBOLIZE_PROGRAMS) + "/kernel-gcc-5"});
    return triage(std::move(more));
  };
  CHECK(with({own}).out.find("init/main.c:") != std::string::npos);
  CHECK(with({own}).err.find("another kernel") == std::string::npos);
  auto ran = with({old});
  CHECK(ran.out.find("init/main.c:") == std::string::npos);
  CHECK(ran.out.find("No source lines: another kernel: the log is of 6.1.0") != std::string::npos);
  CHECK(ran.err.find("another kernel: the log is of 6.1.0, ") != std::string::npos);
  ran = with({rebuilt});
  CHECK(ran.out.find("init/main.c:") == std::string::npos);
  CHECK(ran.out.find("No source lines: build-id differs") != std::string::npos);
  // Frames print the same in all three; each log's are looked up for its own kernel.
  ran = with({old, own, rebuilt});
  CHECK(ran.out.find("init/main.c:") != std::string::npos);
  CHECK(ran.out.find("No source lines: another kernel") != std::string::npos);
  CHECK(ran.out.find("No source lines: build-id differs") != std::string::npos);
  CHECK(with({"--allow-mismatch", old}).out.find("init/main.c:") != std::string::npos);
}

TEST_CASE("lists that cannot be read are named, and no result replaces one") {
  const Folder folder;
  const auto log = folder.file("a.log", report("foo"));
  const auto known = folder.file("known.txt", "- | KASAN: slab-use-after-free Read in foo\n");
  const auto rules = folder.file("rules.txt", "title foo -- slow disks\n");
  const auto before = content(known);
  for (const char* option : {"--baseline", "--suppress"}) {
    const auto ran = triage({option, folder.path(""), log});
    CHECK(ran.exit == ExitCode::trouble);
    CHECK(ran.err.find(std::string(option) + " " + folder.path("") + ": Is a directory") !=
          std::string::npos);
  }
  auto ran = triage({"--baseline", known, "-o", folder.path("./known.txt"), log});
  CHECK(ran.exit == ExitCode::trouble);
  CHECK(ran.err.find("would overwrite the baseline") != std::string::npos);
  CHECK(content(known) == before);
  CHECK(triage({"--suppress", rules, "-o", rules, log}).exit == ExitCode::trouble);
  const auto fresh = folder.path("new.txt");
  CHECK(triage({"--baseline", fresh, "--update-baseline", "-o", fresh, log}).exit == ExitCode::trouble);
}

TEST_CASE("no line is wider than the terminal") {
  for (const std::size_t width : {50u, 60u, 80u, 120u}) {
    CAPTURE(width);
    cli::render::Screen screen;
    screen.width = width;
    const auto ran =
        triage({"--explain", "--fail-on", "never", "--baseline", tests::testdata("triage/known.txt"),
                tests::testdata("logs/kasan-slub-6.1-cut.txt"), tests::testdata("logs/kasan-slub-6.12.txt")},
               screen);
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
      // The path of an entry has no blank to break at.
      if (line.find("known.txt") != std::string::npos) continue;
      CHECK_MESSAGE(cli::render::columns(line) <= width, line);
    }
  }
}
