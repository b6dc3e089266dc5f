#include <doctest/doctest.h>

#include <filesystem>

#include "fixture.h"
#include "symbolize/elf_file.h"
#include "symbolize/module_finder.h"
#include "symbolize/module_set.h"
#include "symbolize/symbol_table.h"

namespace symbolize::test {
namespace {

std::string build_id(const std::string& path) {
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  return file.value().build_id();
}

// The frame of a mark in one of the module's functions.
Query in_module(std::string_view module, const char* function, unsigned number) {
  const std::string path = program("module-gcc-5.ko");
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  const std::vector<Symbol> found = SymbolTable(file.value()).named(function);
  REQUIRE(found.size() == 1);
  Query query;
  query.symbol = function;
  query.offset = mark(path, number) - found.front().address;
  query.size = found.front().size;
  query.module = module;
  query.exact_pc = true;
  return query;
}

std::string line(const std::string& source, const std::string& name) {
  return source + ":" + std::to_string(line_of(source, name));
}

Symbolizer with_modules(std::vector<std::string> dirs, bool allow_mismatch = false) {
  Options options;
  options.module_dirs = std::move(dirs);
  options.allow_mismatch = allow_mismatch;
  return open_kernel(program("kernel-gcc-5"), std::move(options));
}

}  // namespace

TEST_CASE("frames of a relocatable module, in any of its sections, packed or not") {
  for (const char* name : {"module-gcc-5.ko", "module-gcc-4.ko", "module-xz.ko.xz", "module-gz.ko.gz",
                           "module-zst.ko.zst", "module-zstd-sections.ko"}) {
    CAPTURE(name);
    if (!exists(program(name))) continue;
    const TemporaryFolder folder;
    folder.copy(program(name), "kernel/lib/" + std::string(name));
    const std::string module(module_of_file(name));
    Symbolizer symbolizer = with_modules({folder.path()});
    CHECK(text(ask(symbolizer, in_module(module, "module_plain", 8))) ==
          "module_plain " + line("lib/module_main.c", "module_plain"));
    CHECK(text(ask(symbolizer, in_module(module, "module_init", 9))) ==
          "module_init " + line("lib/module_main.c", "module_init"));
    CHECK(text(ask(symbolizer, in_module(module, "module_outer", 1))) ==
          "inner " + line("include/shared.h", "inner") + " | middle " +
              line("include/shared.h", "middle calls inner") + " | module_outer " +
              line("lib/module_main.c", "module_outer calls middle"));
  }
}

TEST_CASE("'-' and '_' are one in module names") {
  Symbolizer symbolizer = with_modules({SYMBOLIZE_PROGRAMS});
  for (const char* name : {"module-gcc-5", "module_gcc_5", "module-gcc_5"}) {
    CHECK(ask(symbolizer, in_module(name, "module_plain", 8)).location);
  }
}

TEST_CASE("a module that is nowhere: the reason says where it was looked for") {
  const TemporaryFolder folder;
  Symbolizer symbolizer = with_modules({folder.path(), "/nonexistent"});
  CHECK(text(ask(symbolizer, in_module("ext4", "module_plain", 8))) ==
        "[module not found: tried " + folder.path() + ", /nonexistent]");
  Symbolizer without = with_modules({});
  CHECK(text(ask(without, in_module("ext4", "module_plain", 8))) ==
        "[module not found: no folder of modules was given]");
}

TEST_CASE("of several builds of a module the one with the log's build-id is taken") {
  const TemporaryFolder folder;
  const std::string other = folder.copy(program("other/module-gcc-5.ko"), "a/module-gcc-5.ko");
  Query query = in_module("module_gcc_5", "module_plain", 8);
  const std::string id = build_id(program("module-gcc-5.ko"));
  query.build_id = id;
  REQUIRE(id != build_id(other));
  const std::string differs =
      "build-id differs: the log has " + id + ", " + other + " has " + build_id(other);
  {
    Symbolizer symbolizer = with_modules({folder.path()});
    CHECK(text(ask(symbolizer, query)) == "[" + differs + "]");
    const std::vector<Notice> notices = symbolizer.take_notices();
    REQUIRE(notices.size() == 1);
    CHECK(notices.front().message == differs);
  }
  {
    Symbolizer lenient = with_modules({folder.path()}, true);
    CHECK(ask(lenient, query).location);
    CHECK(lenient.take_notices().size() == 1);
  }
  folder.copy(program("module-gcc-5.ko"), "b/module-gcc-5.ko");
  {
    Symbolizer symbolizer = with_modules({folder.path()});
    CHECK(ask(symbolizer, query).location);
    CHECK(symbolizer.take_notices().empty());
    // Stored stacks print no build-id: the one seen before counts.
    Query stored = query;
    stored.build_id = {};
    stored.symbol = "only_in_other_build";
    stored.offset = 0;
    stored.size.reset();
    CHECK(ask(symbolizer, stored).reason == "no such symbol");
    const std::string other_id = build_id(other);
    stored.build_id = other_id;
    CHECK(text(ask(symbolizer, stored)).substr(0, 20) == "only_in_other_build ");
  }
}

TEST_CASE("a damaged module is passed over") {
  const TemporaryFolder folder;
  folder.write("a/module-gcc-5.ko", "not an ELF file");
  {
    Symbolizer symbolizer = with_modules({folder.path()});
    const Answer answer = ask(symbolizer, in_module("module_gcc_5", "module_plain", 8));
    CHECK_FALSE(answer.location);
    CHECK(answer.reason.substr(0, 20) == "module not readable:");
  }
  folder.copy(program("module-gcc-5.ko"), "b/module-gcc-5.ko");
  Symbolizer symbolizer = with_modules({folder.path()});
  CHECK(ask(symbolizer, in_module("module_gcc_5", "module_plain", 8)).location);
}

TEST_CASE("module file names") {
  CHECK(module_of_file("ext4.ko") == "ext4");
  CHECK(module_of_file("snd-hda-intel.ko.xz") == "snd-hda-intel");
  CHECK(module_of_file("ext4.ko.debug") == "ext4");
  CHECK(module_of_file("ext4.ko.zst") == "ext4");
  CHECK(module_of_file("ext4.kobold").empty());
  CHECK(module_of_file("ext4.o").empty());
  CHECK(module_of_file(".ko").empty());
  CHECK(module_key("snd-hda-intel") == "snd_hda_intel");
}

TEST_CASE("files of a module: folders in order, the debug file first, links to folders not followed") {
  const TemporaryFolder folder;
  const std::string packed = folder.write("one/a/ext4.ko.xz", "");
  const std::string plain = folder.write("one/z/ext4.ko", "");
  const std::string debug = folder.write("two/ext4.ko.debug", "");
  const std::string debug_one = folder.write("one/z/z/ext4.ko.debug", "");
  folder.write("one/.git/ext4.ko", "");
  ModuleFinder finder({folder.path() + "/one", folder.path() + "/two"});
  CHECK(finder.find("ext4") == std::vector<std::string>{debug_one, plain, packed, debug});
  CHECK(finder.find("xfs").empty());
}

TEST_CASE("a build-id may be printed in part") {
  CHECK(same_build_id("0123456789abcdef", "0123456789abcdef"));
  CHECK(same_build_id("0123ABCD", "0123abcd9999"));
  CHECK_FALSE(same_build_id("0123abc", "0123abcd9999"));
  CHECK_FALSE(same_build_id("0123abce", "0123abcd9999"));
  CHECK_FALSE(same_build_id("0123abcd99990", "0123abcd9999"));
}

TEST_CASE("a file without a debug link finds its debug file by its own place in a tree of them") {
  const TemporaryFolder folder;
  const std::string real = std::filesystem::canonical(folder.path()).string();
  const std::string kernel = folder.copy(program("kernel-no-dwarf"), "boot/vmlinux");
  Options options;
  options.debug_dirs = {folder.path() + "/debug"};
  Query query;
  query.address = mark(kernel, 2);
  query.exact_pc = true;
  const std::string found = "plain " + line("init/main.c", "plain");
  {
    Symbolizer symbolizer = open_kernel(kernel, options);
    CHECK(ask(symbolizer, query).reason == "no debug information");
  }
  const std::string id = ElfFile::open(kernel).value().build_id();
  for (const std::string& name : {real + "/boot/vmlinux.debug", real + "/boot/vmlinux",
                                  "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug"}) {
    CAPTURE(name);
    const std::string debug = folder.copy(program("kernel-gcc-5"), "debug" + name);
    {
      Symbolizer symbolizer = open_kernel(kernel, options);
      CHECK(text(ask(symbolizer, query)) == found);
    }
    std::filesystem::remove(debug);
  }
  // A file of another build is none.
  folder.copy(program("other/module-gcc-5.ko"), "debug" + real + "/boot/vmlinux");
  Symbolizer symbolizer = open_kernel(kernel, options);
  CHECK(ask(symbolizer, query).reason == "no debug information");
}

}  // namespace symbolize::test
