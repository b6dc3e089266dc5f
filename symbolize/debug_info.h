// The DWARF of one file, asked for many addresses at once. Only units that an address falls into are opened,
// and what was read of them is kept for the next batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "symbolize/dwarf_sections.h"
#include "symbolize/elf_file.h"
#include "symbolize/unit.h"
#include "symbolize/unit_index.h"

namespace symbolize {

class DebugInfo {
 public:
  // The file must outlive this. Without a dwarf() all chains are empty.
  explicit DebugInfo(ElfFile& file);

  struct Wanted {
    std::uint64_t address = 0;  // link-time, looked up as it is
    bool lineless = false;  // known to be no ordinary code: take what is there, but do not go looking for it
  };

  // One chain per address, in the order given; empty where the debug information knows nothing of it.
  std::vector<Chain> lookup(std::span<const Wanted> wanted);

  // Offset of the root DIE of the first unit, and of the unit that holds an address.
  std::optional<Dwarf_Off> first_unit();
  std::optional<Dwarf_Off> unit_of(std::uint64_t address);

 private:
  Unit& unit(Dwarf_Off root);

  ElfFile& file_;
  Dwarf* dwarf_;
  DwarfSections sections_;
  UnitIndex index_;
  std::unordered_map<Dwarf_Off, std::unique_ptr<Unit>> units_;
};

}  // namespace symbolize
