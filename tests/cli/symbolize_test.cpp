// The command over programs built for the tests, from options to bytes.
#include "cli/symbolize.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "cli/source_tree.h"
#include "tests/cli/command.h"

namespace {

using tests::has;

const std::string kKernel = std::string(SYMBOLIZE_PROGRAMS) + "/kernel-gcc-5";

tests::Ran run(std::vector<std::string> arguments) {
  arguments.emplace_back("--no-cache");
  return tests::run(cli::setup_symbolize, cli::run_symbolize, std::move(arguments));
}

}  // namespace

TEST_CASE("a log gains source lines out of a kernel and a module; the rest stays") {
  const tests::Folder folder;
  const auto log = folder.file("log",
                               "[    1.000000] text before\r\n"
                               "[    1.000000]  start_kernel+0x5/0x100\r\n"
                               "[    1.000000]  module_plain+0x1/0x100 [module_gcc_5]\r\n"
                               "the end");
  const auto ran = run({"--vmlinux", kKernel, "--modules", SYMBOLIZE_PROGRAMS, log});
  CHECK_EQ(ran.exit, cli::ExitCode::done);
  CHECK(has(ran.out, "[    1.000000] text before\r\n[    1.000000]  start_kernel+0x5/0x100 init/main.c:"));
  CHECK(has(ran.out, "]  module_plain+0x1/0x100 [module_gcc_5] lib/module_main.c:"));
  CHECK(has(ran.out, "\r\nthe end"));
  CHECK_EQ(ran.err, "");
}

TEST_CASE("without a kernel or with one that is none, the user is told what to give") {
  const tests::Folder folder;
  const auto log = folder.file("log", " f+0x1/0x2\n");
  auto ran = run({log});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
  CHECK(has(ran.err, "--vmlinux"));
  CHECK_EQ(ran.out, "");
  ran = run({"--vmlinux", folder.path("missing"), log});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
  CHECK(has(ran.err, "missing: No such file"));
  ran = run({"--vmlinux", log, log});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
  ran = run({"--vmlinux", kKernel, folder.path("no-log"), log});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
  CHECK(has(ran.err, "no-log: No such file"));
  CHECK_EQ(ran.out, " f+0x1/0x2\n");
}

TEST_CASE("what has no line is summed up at the end, and with -v said at each") {
  const tests::Folder folder;
  const auto log = folder.file("log", " f+0x1/0x2\n g+0x1/0x2 [nowhere]\n start_kernel+0x1/0x100\n");
  auto ran = run({"--vmlinux", kKernel, "--modules", SYMBOLIZE_PROGRAMS, log});
  CHECK(has(ran.err, "2 of 3 frames have no source line: "));
  CHECK(has(ran.err, "1 no such symbol"));
  CHECK(has(ran.err, "-v shows why"));
  ran = run({"--vmlinux", kKernel, "-v", log});
  CHECK(has(ran.out, " f+0x1/0x2 (no such symbol)\n"));
  CHECK(has(ran.out, " g+0x1/0x2 [nowhere] (module not found: no folder of modules was given)\n"));
  ran = run({"--vmlinux", kKernel, "-q", log});
  CHECK_EQ(ran.err, "");
}

TEST_CASE("a module of another build is refused aloud, and used when the user says so") {
  const tests::Folder folder;
  const auto log =
      folder.file("log", " module_plain+0x1/0x100 [module_gcc_5 0123456789abcdef0123456789abcdef01234567]\n");
  auto ran = run({"--modules", SYMBOLIZE_PROGRAMS, log});
  CHECK(has(ran.err, "build-id differs: the log has 0123456789abcdef0123456789abcdef01234567"));
  CHECK_FALSE(has(ran.out, "module_main.c"));
  ran = run({"--modules", SYMBOLIZE_PROGRAMS, "--allow-mismatch", log});
  CHECK(has(ran.err, "build-id differs"));
  CHECK(has(ran.out, "lib/module_main.c:"));
}

TEST_CASE("a kernel of another build, by the id that the log prints, is refused the same way") {
  const tests::Folder folder;
  const auto log =
      folder.file("log",
                  "CPU: 0 PID: 1 Comm: sh Not tainted 6.12.0 #1 0123456789abcdef0123456789abcdef01234567\n"
                  " start_kernel+0x5/0x100\n");
  auto ran = run({"--vmlinux", kKernel, log});
  CHECK(has(ran.err, "build-id differs"));
  CHECK_FALSE(has(ran.out, "init/main.c"));
  ran = run({"--vmlinux", kKernel, "--allow-mismatch", log});
  CHECK(has(ran.out, "init/main.c:"));
}

TEST_CASE("the styles, the prefix and the output file that the user chooses") {
  const tests::Folder folder;
  const auto log = folder.file("log", " start_kernel+0x5/0x100\n");
  auto ran = run({"--vmlinux", kKernel, "--style", "decode", log});
  CHECK(has(ran.out, " start_kernel (init/main.c:"));
  ran = run({"--vmlinux", kKernel, "--strip-prefix", "/fake", log});
  CHECK(has(ran.out, " linux/init/main.c:"));
  ran = run({"--vmlinux", kKernel, "--strip-prefix", "", log});
  CHECK(has(ran.out, " /fake/linux/init/main.c:"));
  ran = run({"--vmlinux", kKernel, "-o", folder.path("out"), log});
  CHECK_EQ(ran.out, "");
  CHECK_EQ(std::filesystem::exists(folder.path("out")), true);
}

TEST_CASE("addresses gain their symbol, with the offset that the user gives") {
  const tests::Folder folder;
  const auto log = folder.file("log", " [<20000001>]\n");
  auto ran = run({"--vmlinux", kKernel, log});
  CHECK(has(ran.out, " [<20000001>] "));
  CHECK(has(ran.out, "+0x1/0x"));
  const auto moved = folder.file("moved", " [<30000001>]\n");
  ran = run({"--vmlinux", kKernel, "--kaslr-offset", "0x10000000", moved});
  CHECK(has(ran.out, "+0x1/0x"));
}

TEST_CASE("lines of source, out of the tree that the user names and nowhere else") {
  const tests::Folder folder;
  const auto log = folder.file("log", " start_kernel+0x5/0x100\n ? plain+0x1/0x100\n");
  const auto tree = tests::testdata("symbolize");
  auto ran = run({"--vmlinux", kKernel, "--source", tree, log});
  CHECK(has(ran.out, "start_kernel+0x5/0x100 init/main.c:"));
  CHECK(has(ran.out, " | void start_kernel(void) {\n"));
  CHECK_FALSE(has(ran.out, "plain); /*"));
  ran = run({"--vmlinux", kKernel, "--source", folder.path("none"), log});
  CHECK_EQ(ran.exit, cli::ExitCode::trouble);
  CHECK(has(ran.err, "none: no such directory"));
  // A path that leads out of the tree is none of it.
  ran = run({"--vmlinux", kKernel, "--source", tree + "/lib", log});
  CHECK_FALSE(has(ran.out, " | "));
}

TEST_CASE("a tree's lines around a place: ends of the file, long lines, paths that lead out") {
  const tests::Folder folder;
  folder.file("secret", "outside\n");
  std::filesystem::create_directory(folder.path("tree"));
  folder.file("tree/a.c", "1\n2\r\n3\n4\n5");
  cli::SourceTree tree(folder.path("tree"));
  CHECK_EQ(tree.excerpt("a.c", 1).size(), 4);
  CHECK_EQ(tree.excerpt("a.c", 5).size(), 4);
  CHECK_EQ(tree.excerpt("./b/../a.c", 3).size(), 5);
  CHECK_EQ(tree.excerpt("/a.c", 3).size(), 5);
  for (const char* path : {"../secret", "b/../../secret", "/../secret", "", "tree", "missing.c"})
    CHECK(tree.excerpt(path, 1).empty());
  CHECK(tree.excerpt("a.c", 0).empty());
  CHECK(tree.excerpt("a.c", 6).empty());
  CHECK(tree.excerpt("a.c", 4'294'967'295U).empty());
}
