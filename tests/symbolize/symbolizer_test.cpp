#include "symbolize/symbolizer.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "symbolize/symbol_table.h"

namespace symbolize::test {
namespace {

Symbol only(const std::string& path, const std::string& name) {
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  const std::vector<Symbol> found = SymbolTable(file.value()).named(name);
  REQUIRE(found.size() == 1);
  Symbol symbol = found.front();
  symbol.name = {};  // a view into the file, which closes here
  return symbol;
}

Query at_mark(const std::string& path, unsigned number) {
  Query query;
  query.address = mark(path, number);
  query.exact_pc = true;
  return query;
}

std::string place(const std::string& function, const std::string& source, const std::string& line) {
  return function + " " + source + ":" + std::to_string(line_of(source, line));
}

std::string outer_chain(const std::string& function, const std::string& source) {
  return place("inner", "include/shared.h", "inner") + " | " +
         place("middle", "include/shared.h", "middle calls inner") + " | " +
         place(function, source, function + " calls middle");
}

}  // namespace

TEST_CASE("a plain function, an inline chain, and code outside .text") {
  std::vector<std::string> paths = kernels();
  for (const char* name : {"kernel-no-aranges", "kernel-packed", "kernel-split", "kernel-zst",
                           "kernel-zstd-sections", "kernel-xz", "kernel-dwo"})
    paths.push_back(program(name));
  for (const std::string& path : paths) {
    CAPTURE(path);
    if (!exists(path)) continue;  // its packer is not here
    // The split one is stripped: the marks are where they are in the file that it was made from.
    Symbolizer symbolizer = open_kernel(path);
    const std::string whole = path == program("kernel-split") ? program("kernel-gcc-5") : path;
    CHECK(text(ask(symbolizer, at_mark(whole, 2))) == place("plain", "init/main.c", "plain"));
    CHECK(text(ask(symbolizer, at_mark(whole, 1))) == outer_chain("outer", "init/main.c"));
    CHECK(text(ask(symbolizer, at_mark(whole, 3))) == place("early", "init/main.c", "early"));
  }
}

TEST_CASE("a frame is found by symbol and offset") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Symbolizer symbolizer = open_kernel(path);
    const Symbol outer = only(path, "outer");
    Query query;
    query.symbol = "outer";
    query.offset = mark(path, 1) - outer.address;
    query.size = outer.size;
    query.exact_pc = true;
    const Answer answer = ask(symbolizer, query);
    CHECK(text(answer) == outer_chain("outer", "init/main.c"));
    REQUIRE(answer.location);
    CHECK(answer.location->address == mark(path, 1));
    CHECK_FALSE(answer.size_differs);
  }
}

TEST_CASE("a return address belongs to the call before it, an exact one to itself") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Symbolizer symbolizer = open_kernel(path);
    const Symbol caller = only(path, "ends_in_call");
    Query query;
    query.symbol = "ends_in_call";
    query.size = caller.size;
    query.offset = caller.elf_size;  // behind the call, which is the last instruction
    CHECK(text(ask(symbolizer, query)) == place("ends_in_call", "init/main.c", "ends_in_call"));
    // The mark is where its line begins: one byte earlier is the line before.
    Query raw = at_mark(path, 2);
    CHECK(ask(symbolizer, raw).location->line == line_of("init/main.c", "plain"));
    raw.exact_pc = false;
    CHECK(ask(symbolizer, raw).location->line == line_of("init/main.c", "plain") - 1);
  }
}

TEST_CASE("the first byte of a symbol is no return address") {
  const std::string path = program("kernel-gcc-5");
  Symbolizer symbolizer = open_kernel(path);
  Query query;
  query.symbol = "outer";
  const Answer answer = ask(symbolizer, query);
  REQUIRE(answer.location);
  CHECK(answer.location->function == "outer");
  CHECK(answer.location->file == "init/main.c");
}

TEST_CASE("a frame in the room behind a function gets the function and the reason") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Symbolizer symbolizer = open_kernel(path);
    const Symbol start = only(path, "start_kernel");  // the last of its unit
    REQUIRE(start.size > start.elf_size + 1);
    Query query;
    query.symbol = "start_kernel";
    query.offset = start.size;
    CHECK(text(ask(symbolizer, query)) == "start_kernel :0[padding behind a function: no line there]");
  }
}

TEST_CASE("duplicate names: the size decides; else the reason says how many there are") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Symbolizer symbolizer = open_kernel(path);
    Result<ElfFile> file = ElfFile::open(path);
    const SymbolTable table(file.value());
    for (const Symbol& twin : table.named("twin")) {
      const bool first = mark(path, 4) > twin.address && mark(path, 4) < twin.address + twin.size;
      Query query;
      query.symbol = "twin";
      query.size = twin.size;
      query.offset = mark(path, first ? 4 : 6) - twin.address;
      query.exact_pc = true;
      CHECK(text(ask(symbolizer, query)) ==
            (first ? place("twin", "lib/twins_a.c", "twin a") : place("twin", "lib/twins_b.c", "twin b")));
    }
    const Symbol equal = table.named("equal_twin").front();
    Query query;
    query.symbol = "equal_twin";
    query.size = equal.size;
    query.offset = 1;
    const Answer answer = ask(symbolizer, query);
    CHECK_FALSE(answer.location);
    CHECK(answer.reason == "symbol twice, sizes equal: 2 candidates");
    // riscv and s390 print the address as well.
    query.offset = mark(path, 7) - table.named("equal_twin").back().address;
    query.exact_pc = true;
    query.address = mark(path, 7) + 0x1000000;
    query.kaslr_offset = 0x1000000;
    CHECK(text(ask(symbolizer, query)) == place("equal_twin", "lib/twins_b.c", "equal_twin b"));
  }
}

TEST_CASE("raw addresses are taken back by the KASLR offset of the query, else of the options") {
  const std::string path = program("kernel-gcc-5");
  Options options;
  options.kaslr_offset = 0x400000;
  Symbolizer symbolizer = open_kernel(path, options);
  Query query;
  query.exact_pc = true;
  query.address = mark(path, 2) + 0x400000;
  CHECK(text(ask(symbolizer, query)) == place("plain", "init/main.c", "plain"));
  query.kaslr_offset = 0x600000;
  CHECK(text(ask(symbolizer, query)) == "[address in no code of the kernel]");
  query.address = mark(path, 2) + 0x600000;
  CHECK(text(ask(symbolizer, query)) == place("plain", "init/main.c", "plain"));

  Symbolizer unaware = open_kernel(path);
  query.kaslr_offset.reset();
  CHECK(text(ask(unaware, query)) == "[address in no code of the kernel, KASLR offset not known]");
  query.address = ~std::uint64_t{0};
  CHECK(text(ask(unaware, query)) == "[address in no code of the kernel, KASLR offset not known]");
  CHECK(text(ask(unaware, Query{})) == "[neither symbol nor address]");
}

TEST_CASE("answers come in the order of the queries") {
  const std::string path = program("kernel-gcc-5");
  Symbolizer symbolizer = open_kernel(path);
  std::vector<Query> queries;
  for (int round = 0; round < 3; ++round) {
    for (const unsigned number : {7U, 2U, 1U, 4U}) queries.push_back(at_mark(path, number));
    Query nobody;
    nobody.symbol = "nobody";
    queries.push_back(nobody);
  }
  const std::vector<Answer> answers = symbolizer.resolve(queries);
  REQUIRE(answers.size() == queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i)
    CHECK(text(answers[i]) == text(ask(symbolizer, queries[i])));
  CHECK(answers[0].location->function == "equal_twin");
  CHECK(answers[1].location->function == "plain");
  CHECK(answers[4].reason == "no such symbol");
  CHECK(symbolizer.resolve({}).empty());
}

TEST_CASE("without debug information the symbol is still known") {
  const std::string path = program("kernel-no-dwarf");
  Symbolizer symbolizer = open_kernel(path);
  const Answer answer = ask(symbolizer, at_mark(path, 2));
  CHECK(answer.reason == "no debug information");
  REQUIRE(answer.location);
  CHECK(answer.location->function.substr(0, 5) == "plain");  // or its alias
  CHECK(answer.location->file.empty());
  CHECK(answer.location->line == 0);
  const std::vector<Notice> notices = symbolizer.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().file == path);
  CHECK(symbolizer.take_notices().empty());
}

TEST_CASE("the path prefix is guessed, replaced or left") {
  const std::string path = program("kernel-gcc-5");
  const auto file_with = [&](std::optional<std::string> prefix) {
    Options options;
    options.strip_prefix = std::move(prefix);
    Symbolizer symbolizer = open_kernel(path, options);
    return ask(symbolizer, at_mark(path, 2)).location->file;
  };
  CHECK(file_with(std::nullopt) == "init/main.c");
  CHECK(file_with("") == "/fake/linux/init/main.c");
  CHECK(file_with("/fake") == "linux/init/main.c");
  CHECK(file_with("/fa") == "/fake/linux/init/main.c");
}

TEST_CASE("a kernel of another build is refused, or used when that is allowed") {
  const std::string path = program("kernel-gcc-5");
  Symbolizer symbolizer = open_kernel(path);
  Query query = at_mark(path, 2);
  query.build_id = "0123456789012345678901234567890123456789";
  const std::string differs = "build-id differs: the log has 0123456789012345678901234567890123456789, " +
                              path + " has " + symbolizer.kernel_build_id();
  CHECK(text(ask(symbolizer, query)) == "[" + differs + "]");
  CHECK(text(ask(symbolizer, query)) == "[" + differs + "]");
  const std::vector<Notice> notices = symbolizer.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().message == differs);
  query.build_id = symbolizer.kernel_build_id();
  CHECK(ask(symbolizer, query).location);

  Options options;
  options.allow_mismatch = true;
  Symbolizer lenient = open_kernel(path, options);
  query.build_id = "0123456789012345678901234567890123456789";
  CHECK(text(ask(lenient, query)) == place("plain", "init/main.c", "plain"));
  CHECK(lenient.take_notices().size() == 1);
}

TEST_CASE("a kernel that is none fails to open; none at all leaves kernel frames without answer") {
  Options options;
  options.vmlinux = program("absent");
  const Result<Symbolizer> opened = Symbolizer::open(options);
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().file == options.vmlinux);

  Result<Symbolizer> empty = Symbolizer::open({});
  REQUIRE(empty);
  Query query;
  query.symbol = "plain";
  CHECK(text(ask(empty.value(), query)) == "[no vmlinux was given]");
}

}  // namespace symbolize::test
