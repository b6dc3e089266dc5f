#include "symbolize/symbol_table.h"

#include <doctest/doctest.h>

#include "fixture.h"

namespace symbolize::test {
namespace {

struct Table {
  explicit Table(const std::string& path) : file(ElfFile::open(path)), symbols(file.value()) {}
  Result<ElfFile> file;
  SymbolTable symbols;
};

}  // namespace

TEST_CASE("a symbol's size is the distance to the next, not what ELF says") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    const Table table(path);
    const std::vector<Symbol> plain = table.symbols.named("plain");
    REQUIRE(plain.size() == 1);
    CHECK(plain.front().size % 16 == 0);  // functions are aligned to 16 bytes
    CHECK(plain.front().size > plain.front().elf_size);
    CHECK(table.symbols.covering(plain.front().address + plain.front().size)->address ==
          plain.front().address + plain.front().size);
  }
}

TEST_CASE("two names of one place have one size") {
  const Table table(program("kernel-gcc-5"));
  const std::vector<Symbol> plain = table.symbols.named("plain");
  const std::vector<Symbol> alias = table.symbols.named("plain_alias");
  REQUIRE(plain.size() == 1);
  REQUIRE(alias.size() == 1);
  CHECK(plain.front().address == alias.front().address);
  CHECK(plain.front().size == alias.front().size);
}

TEST_CASE("duplicates are settled by their size, their address, or not at all") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    const Table table(path);
    const std::vector<Symbol> twins = table.symbols.named("twin");
    REQUIRE(twins.size() == 2);
    REQUIRE(twins[0].size != twins[1].size);
    for (const Symbol& twin : twins) {
      const SymbolHits hits = table.symbols.find({"twin", 2, twin.size, std::nullopt, false});
      REQUIRE(hits.candidates.size() == 1);
      CHECK(hits.candidates.front().address == twin.address);
      CHECK(hits.reason.empty());
      const SymbolHits by_address = table.symbols.find({"twin", 2, std::nullopt, twin.address + 2, false});
      REQUIRE(by_address.candidates.size() == 1);
      CHECK(by_address.candidates.front().address == twin.address);
    }
    CHECK(table.symbols.find({"twin", 2, std::nullopt, std::nullopt, false}).reason ==
          "symbol twice, no size printed: 2 candidates");
    CHECK(table.symbols.find({"twin", 2, 0x7777, std::nullopt, false}).reason ==
          "symbol twice, none of the printed size");

    const std::vector<Symbol> equal = table.symbols.named("equal_twin");
    REQUIRE(equal.size() == 2);
    REQUIRE(equal[0].size == equal[1].size);
    const SymbolHits hits = table.symbols.find({"equal_twin", 2, equal[0].size, std::nullopt, false});
    CHECK(hits.candidates.size() == 2);
    CHECK(hits.reason == "symbol twice, sizes equal: 2 candidates");
  }
}

TEST_CASE("an offset must be within the symbol; a return address may stand right behind it") {
  const Table table(program("kernel-gcc-5"));
  const std::uint64_t size = table.symbols.named("plain").front().size;
  CHECK(table.symbols.find({"plain", size - 1, size, std::nullopt, true}).candidates.size() == 1);
  CHECK(table.symbols.find({"plain", size, size, std::nullopt, false}).candidates.size() == 1);
  CHECK(table.symbols.find({"plain", size, size, std::nullopt, true}).reason == "offset beyond symbol");
  CHECK(table.symbols.find({"plain", size + 1, size, std::nullopt, false}).reason == "offset beyond symbol");
  CHECK(table.symbols.find({"plain", size + 1, size + 8, std::nullopt, false}).reason ==
        "offset beyond symbol");
  CHECK(table.symbols.find({"plain", ~std::uint64_t{0}, size, std::nullopt, false}).reason ==
        "offset beyond symbol");
}

TEST_CASE("a printed size that is not ours is said, and no reason to give up") {
  const Table table(program("kernel-gcc-5"));
  const std::uint64_t size = table.symbols.named("plain").front().size;
  const SymbolHits other = table.symbols.find({"plain", 4, size + 16, std::nullopt, false});
  CHECK(other.candidates.size() == 1);
  CHECK(other.size_differs);
  CHECK_FALSE(table.symbols.find({"plain", 4, size, std::nullopt, false}).size_differs);
  CHECK_FALSE(table.symbols.find({"plain", 4, std::nullopt, std::nullopt, false}).size_differs);
}

TEST_CASE("a module's frame may reach beyond what its file says of the symbol, but not out of its section") {
  const Table table(program("module-gcc-5.ko"));
  const Symbol plain = table.symbols.named("module_plain").front();
  const std::uint64_t beyond = plain.size + 4;
  CHECK(table.symbols.find({"module_plain", beyond, plain.size + 0x20, std::nullopt, false})
            .candidates.size() == 1);
  const std::uint64_t outside = plain.section_end - plain.address + 1;
  CHECK(table.symbols.find({"module_plain", outside, outside + 8, std::nullopt, false}).reason ==
        "offset beyond symbol");
}

TEST_CASE("names that are not there, and addresses in no symbol") {
  const Table table(program("kernel-gcc-5"));
  CHECK(table.symbols.find({"nobody", 0, std::nullopt, std::nullopt, false}).reason == "no such symbol");
  CHECK(table.symbols.find({"sink", 0, std::nullopt, std::nullopt, false}).reason ==
        "no such symbol");  // data
  CHECK_FALSE(table.symbols.covering(0));
  CHECK_FALSE(table.symbols.covering(~std::uint64_t{0}));
  CHECK(table.symbols.covering(0x20000000));
  CHECK(SymbolTable().find({"plain", 0, std::nullopt, std::nullopt, false}).reason == "no such symbol");
  CHECK_FALSE(SymbolTable().covering(0x20000000));
}

}  // namespace symbolize::test
