#include "symbolize/symbol_table.h"

#include <gelf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>

namespace symbolize {
namespace {

// Names that scripts/kallsyms.c and scripts/mksysmap of Linux keep out of the table: local labels, mapping
// symbols of arm and riscv, and what the build adds for its own use. They must not end a symbol early.
constexpr std::array<std::string_view, 7> kLeftOut = {
    ".L", "$", "__crc_", "__kcfi_typeid_", "__kstrtab_", "__ksymtab_", "__export_symbol_"};

constexpr std::size_t kMostSymbols = std::size_t{1} << 30;

bool kallsyms_has(const char* name) {
  // Nearly all names are kept; these are the ways that the others begin.
  if (*name != '.' && *name != '$' && *name != '_' && *name != '\0') return true;
  if (*name == '\0') return false;
  for (const std::string_view prefix : kLeftOut) {
    if (std::strncmp(name, prefix.data(), prefix.size()) == 0) return false;
  }
  return true;
}

bool may_be_code(unsigned char info) {
  switch (GELF_ST_TYPE(info)) {
    case STT_NOTYPE:
    case STT_FUNC:
    case STT_OBJECT:
    case STT_GNU_IFUNC:
      return true;
    default:
      return false;
  }
}

struct SymtabSection {
  Elf_Data* data = nullptr;
  Elf_Data* extended = nullptr;  // section indices above 0xff00
  std::string_view names;        // up to the last NUL, which is left out but there
};

std::string_view string_table(Elf* elf, std::size_t index) {
  Elf_Scn* scn = elf_getscn(elf, index);
  const Elf_Data* data = scn != nullptr ? elf_getdata(scn, nullptr) : nullptr;
  if (data == nullptr || data->d_buf == nullptr) return {};
  const std::string_view bytes(static_cast<const char*>(data->d_buf), data->d_size);
  const std::size_t last = bytes.rfind('\0');
  return last == std::string_view::npos ? std::string_view() : bytes.substr(0, last);
}

SymtabSection find_symtab(Elf* elf) {
  SymtabSection found;
  Elf_Scn* scn = nullptr;
  while ((scn = elf_nextscn(elf, scn)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr) continue;
    if (header.sh_type == SHT_SYMTAB_SHNDX) found.extended = elf_getdata(scn, nullptr);
    if (header.sh_type != SHT_SYMTAB || found.data != nullptr) continue;
    found.data = elf_getdata(scn, nullptr);
    found.names = string_table(elf, header.sh_link);
  }
  return found;
}

// Calls use(symbol, section index) for each entry. libelf has them in the host's byte order already, so this
// reads them as they lie; a call into libelf for each would take longer than all the rest.
template <typename Sym, typename Use>
void for_each_entry(const SymtabSection& symtab, const Use& use) {
  const auto* entries = static_cast<const Sym*>(symtab.data->d_buf);
  const std::size_t count = std::min(symtab.data->d_size / sizeof(Sym), kMostSymbols);
  const Elf_Data* extended = symtab.extended;
  for (std::size_t i = 1; i < count; ++i) {
    std::size_t section = entries[i].st_shndx;
    if (section == SHN_XINDEX) {
      if (extended == nullptr || extended->d_buf == nullptr) continue;
      if (i >= extended->d_size / sizeof(Elf32_Word)) continue;
      section = static_cast<const Elf32_Word*>(extended->d_buf)[i];
    }
    use(entries[i], section);
  }
}

std::string count_words(std::size_t count) {
  return count == 2 ? "twice" : std::to_string(count) + " times";
}

}  // namespace

SymbolTable::SymbolTable(const ElfFile& file) : sizes_are_least_(file.relocatable()) {
  add_symbols(file);
  std::stable_sort(symbols_.begin(), symbols_.end(),
                   [](const Entry& a, const Entry& b) { return a.address < b.address; });
  build_index();
}

void SymbolTable::add_symbols(const ElfFile& file) {
  std::vector<const Section*> code;  // by index in the file
  for (const Section& section : file.sections()) {
    if (!section.executable) continue;
    if (section.index >= code.size()) code.resize(section.index + 1);
    code[section.index] = &section;
  }
  const SymtabSection symtab = find_symtab(file.elf());
  if (symtab.data == nullptr || symtab.data->d_buf == nullptr || symtab.names.empty()) return;
  names_ = symtab.names;
  section_ends_.assign(code.size(), 0);
  const auto add = [&](const auto& symbol, std::size_t index) {
    if (index >= code.size() || code[index] == nullptr || !may_be_code(symbol.st_info)) return;
    const Section& section = *code[index];
    std::uint64_t address = symbol.st_value;
    if (file.relocatable()) address += section.address;
    // A label at the section's end (_etext) names nothing, but is where the last function stops.
    if (address < section.address || address > section.address + section.size) return;
    if (symbol.st_name >= names_.size() || !kallsyms_has(names_.data() + symbol.st_name)) return;
    section_ends_[index] = section.address + section.size;
    symbols_.push_back({address, symbol.st_size, symbol.st_name, static_cast<std::uint32_t>(index)});
  };
  // Half of a kernel's symbols are code; growing step by step would touch three times the memory.
  symbols_.reserve(symtab.data->d_size / sizeof(Elf64_Sym) / 2);
  if (gelf_getclass(file.elf()) == ELFCLASS64) {
    for_each_entry<Elf64_Sym>(symtab, add);
  } else {
    for_each_entry<Elf32_Sym>(symtab, add);
  }
}

void SymbolTable::build_index() {
  by_name_.assign(std::bit_ceil(2 * symbols_.size() + 1), 0);
  const std::size_t mask = by_name_.size() - 1;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    std::size_t slot = std::hash<std::string_view>{}(name_of(symbols_[i])) & mask;
    while (by_name_[slot] != 0) slot = (slot + 1) & mask;
    by_name_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

Symbol SymbolTable::symbol_at(std::size_t index) const {
  const Entry& entry = symbols_[index];
  Symbol symbol{name_of(entry), entry.address, 0, entry.elf_size, section_ends_[entry.section]};
  std::size_t next = index + 1;
  while (next < symbols_.size() && symbols_[next].address == entry.address) ++next;
  std::uint64_t end = symbol.section_end;
  if (next < symbols_.size()) end = std::min(end, symbols_[next].address);
  symbol.size = end - entry.address;
  return symbol;
}

std::vector<Symbol> SymbolTable::named(std::string_view name) const {
  std::vector<Symbol> found;
  if (by_name_.empty()) return found;
  const std::size_t mask = by_name_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(name)&mask;
  for (; by_name_[slot] != 0; slot = (slot + 1) & mask) {
    const std::size_t index = by_name_[slot] - 1;
    if (name_of(symbols_[index]) != name) continue;
    const Symbol symbol = symbol_at(index);
    if (symbol.size > 0) found.push_back(symbol);
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
  auto at = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                             [](std::uint64_t value, const Entry& entry) { return value < entry.address; });
  if (at == symbols_.begin()) return std::nullopt;
  const std::uint64_t start = std::prev(at)->address;
  auto best = std::prev(at);
  while (at != symbols_.begin() && std::prev(at)->address == start) {
    --at;
    if (at->elf_size > best->elf_size) best = at;
  }
  const Symbol symbol = symbol_at(static_cast<std::size_t>(best - symbols_.begin()));
  if (address - start >= symbol.size) return std::nullopt;
  return symbol;
}

}  // namespace symbolize
