// Names that are there twice, settled by the frames next to them.
#include <doctest/doctest.h>
#include <elf.h>

#include <algorithm>

#include "fixture.h"
#include "symbolize/call_target.h"
#include "symbolize/symbol_table.h"

namespace symbolize::test {
namespace {

Query named(std::string_view symbol, std::uint64_t offset) {
  Query query;
  query.symbol = symbol;
  query.offset = offset;
  return query;
}

}  // namespace

TEST_CASE("a frame next to it tells which of two functions is meant, once for each trace") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Symbolizer symbolizer = open_kernel(path);
    const Query first = named("first_twin", 1);
    const Query second = named("second_twin", 1);
    const Query elsewhere = named("start_kernel", 1);
    const Query missing = named("nobody", 1);
    std::vector<Query> queries(6, named("equal_twin", 1));
    queries[0].caller = &first;
    queries[1].caller = &second;
    queries[2].caller = &elsewhere;
    queries[3].callee = &second;
    queries[3].caller = &missing;
    queries[4].caller = &elsewhere;
    queries[4].callee = &first;
    const std::vector<Answer> answers = symbolizer.resolve(queries);
    const auto file = [&](std::size_t i) {
      return answers[i].location ? answers[i].location->file : answers[i].reason;
    };
    CHECK(file(0) == "lib/twins_a.c");
    CHECK(file(1) == "lib/twins_b.c");
    CHECK(file(2).find("2 candidates") != std::string::npos);
    CHECK(answers[2].candidates == 2);
    CHECK(file(3) == "lib/twins_b.c");
    CHECK(file(4) == "lib/twins_a.c");
    CHECK(file(5).find("2 candidates") != std::string::npos);
    CHECK(answers[0].candidates == 0);
  }
}

TEST_CASE("what was settled for one trace is not kept for another") {
  const TemporaryFolder folder;
  Options options;
  options.cache_dir = folder.path();
  const Query caller = named("first_twin", 1);
  Query query = named("equal_twin", 1);
  for (int run = 0; run < 2; ++run) {
    Symbolizer symbolizer = open_kernel(program("kernel-gcc-5"), options);
    query.caller = nullptr;
    CHECK_FALSE(ask(symbolizer, query).location);
    query.caller = &caller;
    CHECK(ask(symbolizer, query).location->file == "lib/twins_a.c");
    ask(symbolizer, named("plain", 1));
  }
}

TEST_CASE("the code of a caller says what it called") {
  const std::string path = program("kernel-gcc-5");
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  if (file.value().machine() != EM_X86_64) return;
  const SymbolTable table(file.value());
  const Symbol caller = table.named("second_twin").front();
  bool calls_its_own = false;
  for (std::uint64_t offset = 1; offset < caller.size; ++offset) {
    const auto target = call_target(file.value(), caller.address + offset);
    for (const Symbol& twin : table.named("twin")) {
      if (target != twin.address) continue;
      calls_its_own = true;
      CHECK(mark(path, 6) > twin.address);
      CHECK(mark(path, 6) < twin.address + twin.size);
    }
  }
  CHECK(calls_its_own);
  CHECK_FALSE(call_target(file.value(), 0));
  CHECK_FALSE(call_target(file.value(), 0x20000001));
  CHECK_FALSE(call_target(file.value(), ~std::uint64_t{0}));
}

TEST_CASE("arm64's calls: forwards and backwards") {
  const TemporaryFolder folder;
  std::string bytes = read_file(program("kernel-gcc-5"));
  Result<ElfFile> original = ElfFile::open(program("kernel-gcc-5"));
  REQUIRE(original);
  const auto& text = *std::find_if(original.value().sections().begin(), original.value().sections().end(),
                                   [](const Section& section) { return section.executable; });
  const std::size_t at =
      bytes.find(std::string(reinterpret_cast<const char*>(text.bytes.data()), text.bytes.size()));
  REQUIRE(at != std::string::npos);
  bytes[18] = static_cast<char>(EM_AARCH64);  // e_machine
  bytes[19] = 0;
  const auto put = [&](std::size_t offset, std::uint32_t instruction) {
    for (unsigned i = 0; i < 4; ++i) bytes[at + offset + i] = static_cast<char>(instruction >> (8 * i));
  };
  put(0, 0x94000004);  // bl .+16
  put(4, 0x97ffffff);  // bl .-4
  put(8, 0xd503201f);  // nop
  Result<ElfFile> file = ElfFile::open(folder.write("arm64", bytes));
  REQUIRE(file);
  CHECK(call_target(file.value(), text.address + 4) == text.address + 16);
  CHECK(call_target(file.value(), text.address + 8) == text.address);
  CHECK_FALSE(call_target(file.value(), text.address + 12));
  CHECK_FALSE(call_target(file.value(), text.address + 2));
}

}  // namespace symbolize::test
