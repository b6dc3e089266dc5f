#include "symbolize/symbol_table.h"

#include <gelf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

namespace symbolize {
namespace {

// Names that scripts/kallsyms.c and scripts/mksysmap of Linux keep out of the table: local labels, mapping
// symbols of arm and riscv, and what the build adds for its own use. They must not end a symbol early.
constexpr std::array<std::string_view, 7> kLeftOut = {
    ".L", "$", "__crc_", "__kcfi_typeid_", "__kstrtab_", "__ksymtab_", "__export_symbol_"};

bool kallsyms_has(std::string_view name) {
  if (name.empty()) return false;
  for (const std::string_view prefix : kLeftOut) {
    if (name.substr(0, prefix.size()) == prefix) return false;
  }
  return true;
}

bool is_code_symbol(const GElf_Sym& symbol) {
  switch (GELF_ST_TYPE(symbol.st_info)) {
    case STT_NOTYPE:
    case STT_FUNC:
    case STT_OBJECT:
    case STT_GNU_IFUNC:
      return symbol.st_shndx != SHN_UNDEF;
    default:
      return false;
  }
}

struct SymtabSection {
  Elf_Data* data = nullptr;
  Elf_Data* extended = nullptr;  // section indices above 0xff00
  std::size_t strings = 0;
  std::size_t count = 0;
};

SymtabSection find_symtab(Elf* elf) {
  SymtabSection found;
  Elf_Data* extended = nullptr;
  Elf_Scn* scn = nullptr;
  while ((scn = elf_nextscn(elf, scn)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr) continue;
    if (header.sh_type == SHT_SYMTAB_SHNDX) extended = elf_getdata(scn, nullptr);
    if (header.sh_type != SHT_SYMTAB || found.data != nullptr) continue;
    found.data = elf_getdata(scn, nullptr);
    const std::size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    if (found.data == nullptr || entry == 0) continue;
    found.strings = header.sh_link;
    found.count = found.data->d_size / entry;
  }
  found.extended = extended;
  return found;
}

std::string count_words(std::size_t count) {
  return count == 2 ? "twice" : std::to_string(count) + " times";
}

}  // namespace

SymbolTable::SymbolTable(const ElfFile& file) : sizes_are_least_(file.relocatable()) {
  std::vector<const Section*> by_index;
  for (const Section& section : file.sections()) {
    if (!section.executable) continue;
    if (section.index >= by_index.size()) by_index.resize(section.index + 1);
    by_index[section.index] = &section;
  }
  const SymtabSection symtab = find_symtab(file.elf());
  if (symtab.data == nullptr) return;
  for (std::size_t i = 1; i < symtab.count && i < (std::size_t{1} << 30); ++i) {
    GElf_Sym symbol;
    Elf32_Word extended = 0;
    const int at = static_cast<int>(i);
    if (gelf_getsymshndx(symtab.data, symtab.extended, at, &symbol, &extended) == nullptr) break;
    if (!is_code_symbol(symbol)) continue;
    const std::size_t index = symbol.st_shndx == SHN_XINDEX ? extended : symbol.st_shndx;
    if (index >= by_index.size() || by_index[index] == nullptr) continue;
    const Section& section = *by_index[index];
    std::uint64_t address = symbol.st_value;
    if (file.relocatable()) address += section.address;
    // A label at the section's end (_etext) names nothing, but is where the last function stops.
    if (address < section.address || address > section.address + section.size) continue;
    const char* name = elf_strptr(file.elf(), symtab.strings, symbol.st_name);
    if (name == nullptr || !kallsyms_has(name)) continue;
    symbols_.push_back({name, address, 0, symbol.st_size, section.address + section.size});
  }
  std::stable_sort(symbols_.begin(), symbols_.end(),
                   [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  std::uint64_t next = 0;  // address of the next symbol with a higher address
  for (std::size_t i = symbols_.size(); i-- > 0;) {
    if (i + 1 < symbols_.size() && symbols_[i + 1].address > symbols_[i].address)
      next = symbols_[i + 1].address;
    std::uint64_t end = symbols_[i].section_end;
    if (next > symbols_[i].address && next < end) end = next;
    symbols_[i].size = end - symbols_[i].address;
  }
  build_index();
}

void SymbolTable::build_index() {
  by_name_.assign(std::bit_ceil(2 * symbols_.size() + 1), 0);
  const std::size_t mask = by_name_.size() - 1;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    std::size_t slot = std::hash<std::string_view>{}(symbols_[i].name) & mask;
    while (by_name_[slot] != 0) slot = (slot + 1) & mask;
    by_name_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

std::vector<Symbol> SymbolTable::named(std::string_view name) const {
  std::vector<Symbol> found;
  if (by_name_.empty()) return found;
  const std::size_t mask = by_name_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(name)&mask;
  for (; by_name_[slot] != 0; slot = (slot + 1) & mask) {
    const Symbol& symbol = symbols_[by_name_[slot] - 1];
    if (symbol.name == name && symbol.size > 0) found.push_back(symbol);
  }
  std::sort(found.begin(), found.end(),
            [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Symbol& a, const Symbol& b) { return a.address == b.address; }),
              found.end());
  return found;
}

SymbolHits SymbolTable::find(const SymbolQuery& query) const {
  SymbolHits hits;
  std::vector<Symbol> found = named(query.name);
  if (found.empty()) {
    hits.reason = "no such symbol";
    return hits;
  }
  const auto keep = [&found](const auto& wanted) {
    std::vector<Symbol> kept;
    std::copy_if(found.begin(), found.end(), std::back_inserter(kept), wanted);
    return kept;
  };
  if (found.size() > 1 && query.address) {
    std::vector<Symbol> there =
        keep([&](const Symbol& symbol) { return symbol.address + query.offset == *query.address; });
    if (there.size() == 1) found = std::move(there);
  }
  // The printed size settles duplicates, but a lone symbol may have another one: module kallsyms leave
  // symbols out.
  if (found.size() > 1 && query.size) {
    std::vector<Symbol> same = keep([&](const Symbol& symbol) { return symbol.size == *query.size; });
    if (same.empty()) {
      hits.candidates = std::move(found);
      hits.reason = "symbol " + count_words(hits.candidates.size()) + ", none of the printed size";
      return hits;
    }
    found = std::move(same);
  }
  // A call in a function's last instruction returns to the byte behind it.
  const auto reaches = [&](const Symbol& symbol) {
    const bool printed_reach = sizes_are_least_ && query.size && query.offset <= *query.size &&
                               query.offset < symbol.section_end - symbol.address;
    return printed_reach || query.offset < symbol.size || (query.offset == symbol.size && !query.exact_pc);
  };
  std::vector<Symbol> reached = keep(reaches);
  if (reached.empty()) {
    hits.reason = "offset beyond symbol";
    return hits;
  }
  hits.candidates = std::move(reached);
  if (hits.candidates.size() > 1) {
    hits.reason = "symbol " + count_words(hits.candidates.size()) +
                  (query.size ? ", sizes equal: " : ", no size printed: ") +
                  std::to_string(hits.candidates.size()) + " candidates";
    return hits;
  }
  hits.size_differs = query.size && *query.size != hits.candidates.front().size;
  return hits;
}

std::optional<Symbol> SymbolTable::covering(std::uint64_t address) const {
  auto at =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  if (at == symbols_.begin()) return std::nullopt;
  const std::uint64_t start = std::prev(at)->address;
  const Symbol* best = nullptr;
  while (at != symbols_.begin() && std::prev(at)->address == start) {
    --at;
    if (at->size == 0 || address - start >= at->size) continue;
    if (best == nullptr || at->elf_size > best->elf_size) best = &*at;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

}  // namespace symbolize
