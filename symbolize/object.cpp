#include "symbolize/object.h"

#include <algorithm>

#include "symbolize/debug_file.h"

namespace symbolize {

Object::Object(ElfFile file, std::span<const std::string> debug_dirs) : file_(std::move(file)) {
  if (!file_.has_dwarf()) {
    Result<ElfFile> debug = open_debug_file(file_, debug_dirs);
    if (debug) debug_file_ = std::move(debug).value();
  }
  symbols_ = SymbolTable(dwarf_file());
  // eu-strip leaves the table in the stripped file when asked to.
  if (debug_file_ && symbols_.empty()) symbols_ = SymbolTable(file_);
  if (dwarf_file().dwarf() != nullptr) debug_ = std::make_unique<DebugInfo>(dwarf_file());
}

bool Object::holds_code(std::uint64_t address) const {
  const std::span<const Section> sections = file_.sections();
  return std::any_of(sections.begin(), sections.end(), [address](const Section& section) {
    return section.executable && address >= section.address && address - section.address < section.size;
  });
}

void Object::set_paths(const PathStripper* base, const std::optional<std::string>& fixed) {
  if (base != nullptr) paths_ = *base;
  if (fixed) {
    paths_.fix(*fixed);
    return;
  }
  if (debug_ == nullptr) return;
  // start_kernel is in init/main.c of every kernel; a module shows its build directory in any unit.
  const std::vector<Symbol> start = symbols_.named("start_kernel");
  const std::optional<Dwarf_Off> unit =
      start.empty() ? debug_->first_unit() : debug_->unit_of(start.front().address);
  if (unit) paths_.learn(dwarf_file().dwarf(), *unit);
}

const char* Object::why_lineless(std::uint64_t address) const {
  const std::optional<Symbol> symbol = symbols_.covering(address);
  if (!symbol) return nullptr;
  // x86 kernels name the room in front of a function, where tracers patch in a call, and the jumps that
  // static calls go through. Both are assembler that no compilation unit claims.
  if (symbol->name.substr(0, 6) == "__pfx_") return "padding in front of a function: no line there";
  if (symbol->name.substr(0, 7) == "__SCT__") return "trampoline of a static call: no line there";
  const bool behind = symbol->elf_size > 0 && address - symbol->address >= symbol->elf_size;
  return behind ? "padding behind a function: no line there" : nullptr;
}

std::vector<Chain> Object::lookup(std::span<const std::uint64_t> addresses) {
  if (debug_ == nullptr) return std::vector<Chain>(addresses.size());
  std::vector<DebugInfo::Wanted> wanted;
  wanted.reserve(addresses.size());
  for (const std::uint64_t address : addresses) wanted.push_back({address, why_lineless(address) != nullptr});
  std::vector<Chain> chains = debug_->lookup(wanted);
  for (Chain& chain : chains) {
    for (Place& place : chain) {
      if (!place.file.empty()) place.file = paths_.strip(place.file);
    }
  }
  return chains;
}

}  // namespace symbolize
