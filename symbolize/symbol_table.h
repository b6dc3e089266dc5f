// The code symbols of one file as the kernel's kallsyms sees them: a symbol is as long as it is to the next
// one, whatever the ELF file says, and a name may be there several times. Names are views into the file,
// which must outlive the table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolize/elf_file.h"

namespace symbolize {

struct Symbol {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;         // bytes to the next symbol or the end of the section: what %pS prints
  std::uint64_t elf_size = 0;     // st_size: how long the compiler says the function is; 0 for bare labels
  std::uint64_t section_end = 0;  // address behind the section's last byte
};

// What is asked of the table: a symbol as printed in a log.
struct SymbolQuery {
  std::string_view name;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size;     // as printed
  std::optional<std::uint64_t> address;  // of the frame, link-time: settles duplicates
  bool exact_pc = false;                 // false: a return address, which may stand right behind the symbol
};

// One candidate is an answer; none or several come with the reason. `size_differs` when the one found has
// another size than was printed.
struct SymbolHits {
  std::vector<Symbol> candidates;
  std::string reason;
  bool size_differs = false;
};

class SymbolTable {
 public:
  SymbolTable() = default;
  explicit SymbolTable(const ElfFile& file);

  bool empty() const { return symbols_.empty(); }
  std::size_t size() const { return symbols_.size(); }
  SymbolHits find(const SymbolQuery& query) const;
  // All symbols of that name, one per address, by address.
  std::vector<Symbol> named(std::string_view name) const;
  // The symbol that covers the address; of several at one place the longest, and of those the last of the
  // file, as llvm-symbolizer names it. Empty when the address is in none.
  std::optional<Symbol> covering(std::uint64_t address) const;

 private:
  // Tables of large kernels have 200,000 of these: kept small, and made a Symbol when asked for.
  struct Entry {
    std::uint64_t address = 0;
    std::uint64_t elf_size = 0;
    std::uint32_t name = 0;     // offset in names_
    std::uint32_t section = 0;  // index into section_ends_
  };
  void add_symbols(const ElfFile& file);
  void build_index();
  std::string_view name_of(const Entry& entry) const { return names_.data() + entry.name; }
  Symbol symbol_at(std::size_t index) const;

  // The kernel's table of a module leaves symbols out, so a printed size may be larger than the one found
  // here.
  bool sizes_are_least_ = false;
  std::string_view names_;      // the file's string table, NUL at its end
  std::vector<Entry> symbols_;  // by address
  std::vector<std::uint64_t> section_ends_;
  std::vector<std::uint32_t> by_name_;  // open addressing: index into symbols_ plus one, 0 is free
};

}  // namespace symbolize
