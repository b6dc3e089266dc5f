// Damaged files: whatever is in them, the outcome is a failure or an answer, within bounded time.
#include <doctest/doctest.h>
#include <dwarf.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "fixture.h"
#include "symbolize/die.h"
#include "symbolize/symbol_table.h"

namespace symbolize::test {
namespace {

const std::vector<std::string> kFunctions = {"plain",      "outer",        "early",        "twin",
                                             "equal_twin", "ends_in_call", "module_plain", "module_outer"};

// Asks all there is to ask of a file. What comes back must at least be complete.
void exercise(const Options& options, std::string_view module) {
  Result<Symbolizer> opened = Symbolizer::open(options);
  if (!opened) {
    CHECK_FALSE(opened.failure().message.empty());
    return;
  }
  std::vector<Query> queries;
  for (const std::string& function : kFunctions) {
    for (std::uint64_t offset = 0; offset < 0x60; offset += 5) {
      Query query;
      query.symbol = function;
      query.offset = offset;
      query.module = module;
      queries.push_back(query);
    }
  }
  for (std::uint64_t address = 0x20000000; address < 0x20000200; address += 3) {
    Query query;
    query.address = address;
    query.module = module;
    queries.push_back(query);
  }
  const std::vector<Answer> answers = opened.value().resolve(queries);
  REQUIRE(answers.size() == queries.size());
  const auto complete = [](const Answer& answer) { return answer.location || !answer.reason.empty(); };
  CHECK(std::all_of(answers.begin(), answers.end(), complete));
}

void exercise_kernel(const std::string& path) {
  Options options;
  options.vmlinux = path;
  exercise(options, {});
}

std::string damaged(std::string bytes, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  const auto any_byte = [&random] { return static_cast<char>(random() & 0xff); };
  switch (seed % 4) {
    case 0:
      bytes.resize(below(bytes.size()));
      break;
    case 1:
      for (std::size_t n = 1 + below(8); n > 0; --n) {
        char& byte = bytes[below(bytes.size())];
        byte = static_cast<char>(byte ^ (1 << below(8)));
      }
      break;
    case 2:
      for (std::size_t n = 1 + below(40); n > 0; --n) bytes[below(bytes.size())] = any_byte();
      break;
    default:
      for (std::size_t at = below(bytes.size()), n = 64; n > 0 && at < bytes.size(); ++at, --n)
        bytes[at] = '\xff';
      break;
  }
  return bytes;
}

// Calls visit(die) for each entry of the file's units, in order.
template <typename Visit>
void walk(Dwarf_Die* parent, const Visit& visit) {
  Dwarf_Die child;
  if (!first_child(parent, &child)) return;
  do {
    visit(&child);
    walk(&child, visit);
  } while (next_sibling(&child));
}

// The file with each attribute of that kind (a 4-byte reference within its unit) made to point to
// `target(die)`.
template <typename Target>
std::string redirected(const std::string& path, unsigned attribute, const Target& target, unsigned& changed) {
  Result<ElfFile> file = ElfFile::open(path);
  REQUIRE(file);
  Dwarf* dwarf = file.value().dwarf();
  REQUIRE(dwarf != nullptr);
  std::string bytes = read_file(path);
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root;
  changed = 0;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &root, nullptr) == 0) {
    walk(&root, [&](Dwarf_Die* die) {
      Dwarf_Attribute found;
      if (dwarf_attr(die, attribute, &found) == nullptr || dwarf_whatform(&found) != DW_FORM_ref4) return;
      // Where the attribute's bytes are in the file: the entry's own bytes are there only once.
      const char* entry = static_cast<const char*>(die->addr);
      const std::size_t length =
          static_cast<std::size_t>(reinterpret_cast<const char*>(found.valp) - entry) + 4;
      const std::size_t at = bytes.find(std::string(entry, length));
      if (at == std::string::npos) return;
      const std::uint32_t offset = target(die);
      for (unsigned i = 0; i < 4; ++i) bytes[at + length - 4 + i] = static_cast<char>(offset >> (8 * i));
      ++changed;
    });
  }
  return bytes;
}

}  // namespace

TEST_CASE("truncated, bit-flipped and overwritten kernels and modules") {
  const auto start = std::chrono::steady_clock::now();
  const TemporaryFolder folder;
  std::vector<std::string> paths = kernels();
  paths.push_back(program("kernel-packed"));
  paths.push_back(program("kernel-no-aranges"));
  for (const char* name : {"kernel-zst", "kernel-zstd-sections"})
    if (exists(program(name))) paths.push_back(program(name));
  for (const std::string& path : paths) {
    const std::string bytes = read_file(path);
    for (unsigned seed = 0; seed < 200; ++seed) {
      CAPTURE(path);
      CAPTURE(seed);
      exercise_kernel(folder.write("vmlinux", damaged(bytes, seed)));
    }
  }
  for (const char* name : {"module-gcc-4.ko", "module-gcc-5.ko"}) {
    const std::string bytes = read_file(program(name));
    for (unsigned seed = 0; seed < 200; ++seed) {
      CAPTURE(name);
      CAPTURE(seed);
      folder.write("modules/damaged.ko", damaged(bytes, seed));
      Options options;
      options.module_dirs = {folder.path() + "/modules"};
      exercise(options, "damaged");
    }
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("entries that are their own origin, and siblings that point back") {
  const TemporaryFolder folder;
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    unsigned changed = 0;
    const auto itself = [](Dwarf_Die* die) { return static_cast<std::uint32_t>(dwarf_cuoffset(die)); };
    const auto first = [](Dwarf_Die* die) {
      Dwarf_Die root;
      Dwarf_Die child;
      if (dwarf_diecu(die, &root, nullptr, nullptr) == nullptr || !first_child(&root, &child)) return 0U;
      return static_cast<std::uint32_t>(dwarf_cuoffset(&child));
    };
    exercise_kernel(folder.write("origin", redirected(path, DW_AT_abstract_origin, itself, changed)));
    CHECK(changed > 0);
    // clang writes no DW_AT_sibling.
    exercise_kernel(folder.write("sibling", redirected(path, DW_AT_sibling, first, changed)));
    if (path == program("kernel-gcc-5")) CHECK(changed > 0);
    exercise_kernel(folder.write("itself", redirected(path, DW_AT_sibling, itself, changed)));
  }
}

}  // namespace symbolize::test
