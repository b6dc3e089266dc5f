#include "symbolize/symbol_list.h"

#include <doctest/doctest.h>

#include <cstdio>

#include "fixture.h"
#include "symbolize/symbol_table.h"

namespace symbolize::test {
namespace {

const std::string kSystemMap =
    "0000000000000000 D __per_cpu_start\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000000 T startup_64\n"
    "ffffffff81000040 t early\n"
    "ffffffff81000080 T vfs_read\n"
    "ffffffff810000c0 D some_data\n"
    "ffffffff810000f0 t early\n"
    "ffffffff81000130 T _etext\n";

const std::string kKallsyms =
    "ffffffff8f000000 T _text\r\n"
    "ffffffff8f000080 T vfs_read\r\n"
    "ffffffff8f0000c0 T vfs_write\r\n"
    "ffffffffc0123000 t trig_write\t[labmod]\r\n"
    "ffffffffc0123170 t init_module\t[labmod]\r\n"
    "ffffffffc0200000 t in-dashes\t[snd-hda]\r\n";

SymbolList list_of(const std::string& text) {
  Result<SymbolList> list = SymbolList::read(text, "list");
  REQUIRE(list);
  return std::move(list).value();
}

Options with_list(const std::string& text) {
  Options options;
  options.symbols = text;
  options.symbols_path = "list";
  return options;
}

Answer ask_list(const Options& options, const Query& query) {
  Result<Symbolizer> opened = Symbolizer::open(options);
  REQUIRE(opened);
  return ask(opened.value(), query);
}

std::string named(const Answer& answer) {
  if (!answer.location) return "[" + answer.reason + "]";
  const Location& location = *answer.location;
  return location.symbol + "+" + std::to_string(location.offset) + "/" + std::to_string(location.size) +
         (location.module.empty() ? "" : " [" + location.module + "]");
}

Query at(std::uint64_t address) {
  Query query;
  query.address = address;
  return query;
}

}  // namespace

TEST_CASE(
    "a symbol reaches to the next one of any kind; data names no code; of two at one place the first "
    "counts") {
  const SymbolList list = list_of(kSystemMap);
  CHECK_FALSE(list.of_running_kernel());
  CHECK(list.covering(0xffffffff81000010)->name == "_text");
  CHECK(list.covering(0xffffffff81000010)->size == 0x40);
  CHECK(list.covering(0xffffffff810000bf)->name == "vfs_read");
  CHECK_FALSE(list.covering(0xffffffff810000c8));
  CHECK_FALSE(list.covering(0xffffffff80ffffff));
  CHECK_FALSE(list.covering(0x10));
  CHECK_FALSE(list.covering(0xffffffff91000000));
}

TEST_CASE("names, also those that are there twice, and modules apart from the kernel") {
  SymbolList list = list_of(kSystemMap);
  CHECK(list.named("early", "").size() == 2);
  CHECK(list.named("some_data", "").empty());
  SymbolList running = list_of(kKallsyms);
  CHECK(running.of_running_kernel());
  CHECK(running.named("trig_write", "").empty());
  CHECK(running.named("trig_write", "labmod").front().size == 0x170);
  CHECK(running.named("in-dashes", "snd_hda").size() == 1);
}

TEST_CASE("what is no list, and one whose addresses are hidden, is refused with a reason") {
  for (const std::string text : {"", "hello\nworld\n", "ffffffff81000000",
                                 "\x7f"
                                 "ELF\x02\x01\x01"}) {
    CHECK_FALSE(SymbolList::looks_like_one(text));
    CHECK_FALSE(SymbolList::read(text, "list"));
  }
  const Result<SymbolList> hidden =
      SymbolList::read("0000000000000000 T _text\n0000000000000000 t f\n", "list");
  REQUIRE_FALSE(hidden);
  CHECK(hidden.failure().message == "all addresses are 0");
  CHECK(hidden.failure().hint.find("kptr_restrict") != std::string::npos);
  CHECK(list_of(kSystemMap + "cut off here\nffffffff81000200 t more\n").named("more", "").size() == 1);
  CHECK(list_of(std::string("ffffffff81000000 T ") + std::string(900, 'x') + "\n")
            .covering(0xffffffff81000001));
}

TEST_CASE(
    "an address gains the name that the kernel would print; System.map is not moved by KASLR, kallsyms is") {
  Query moved = at(0xffffffff82000084);
  moved.kaslr_offset = 0x1000000;
  CHECK(named(ask_list(with_list(kSystemMap), moved)) == "vfs_read+4/64");
  Query running = at(0xffffffff8f000084);
  running.kaslr_offset = 0xe000000;
  CHECK(named(ask_list(with_list(kKallsyms), running)) == "vfs_read+4/64");
  CHECK(named(ask_list(with_list(kKallsyms), at(0xffffffffc0123010))) == "trig_write+16/368 [labmod]");
  // A return address right behind a function is that function's.
  CHECK(named(ask_list(with_list(kKallsyms), at(0xffffffff8f0000c0))) == "vfs_read+64/64");
  CHECK(named(ask_list(with_list(kKallsyms), at(0xffffffff7f000000))).find("[no vmlinux was given") == 0);
}

TEST_CASE("that an address was taken unmoved, for want of an offset, is said once") {
  Result<Symbolizer> opened = Symbolizer::open(with_list(kSystemMap));
  REQUIRE(opened);
  Query known = at(0xffffffff82000084);
  known.kaslr_offset = 0x1000000;
  ask(opened.value(), known);
  CHECK(opened.value().take_notices().empty());
  ask(opened.value(), at(0xffffffff81000084));
  ask(opened.value(), at(0xffffffff81000084));
  const std::vector<Notice> notices = opened.value().take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().message.find("no KASLR offset is known") == 0);
}

TEST_CASE("printed names are checked against the list") {
  Query query;
  query.symbol = "vfs_read";
  query.offset = 4;
  query.size = 0x40;
  Answer answer = ask_list(with_list(kSystemMap), query);
  CHECK(named(answer) == "vfs_read+4/64");
  CHECK(answer.reason == "names only: list has no lines");
  CHECK_FALSE(answer.size_differs);
  query.size = 0x50;
  CHECK(ask_list(with_list(kSystemMap), query).size_differs);
  query.offset = 0x41;
  CHECK(named(ask_list(with_list(kSystemMap), query)) == "[offset beyond symbol]");
  query.symbol = "nobody";
  CHECK(named(ask_list(with_list(kSystemMap), query)) == "[no such symbol]");
  query.symbol = "nobody";
  query.module = "gone";
  CHECK(named(ask_list(with_list(kSystemMap), query)).find("[module not found") == 0);
}

TEST_CASE("with a kernel or modules as well, an address in either has its line") {
  const std::string path = program("kernel-gcc-5");
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  const SymbolTable table(file.value());
  const Symbol plain = table.named("plain").front();
  char line[256];
  std::snprintf(line, sizeof line, "%016llx t plain\n%016llx t next\n", 0xffffffff8f000000ULL,
                0xffffffff8f000000ULL + static_cast<unsigned long long>(plain.size));
  Options options = with_list(line + std::string("ffffffffc0000000 t module_plain\t[module_gcc_5]\n"
                                                 "ffffffffc0000100 t next\t[module_gcc_5]\n"));
  options.vmlinux = path;
  options.module_dirs = {SYMBOLIZE_PROGRAMS};
  Query query = at(0xffffffff8f000000 + mark(path, 2) - plain.address);
  query.exact_pc = true;
  const Answer answer = ask_list(options, query);
  CHECK(answer.location->file == "init/main.c");
  CHECK(answer.location->line == line_of("init/main.c", "plain"));
  CHECK(answer.location->symbol == "plain");
  const Answer module = ask_list(options, at(0xffffffffc0000008));
  REQUIRE(module.location);
  CHECK(module.location->file == "lib/module_main.c");
  CHECK(module.location->module == "module_gcc_5");
}

}  // namespace symbolize::test
