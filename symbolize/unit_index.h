// From an address to the compilation units that may hold its code, without opening any other unit.
// Built on .debug_aranges where the compiler wrote one (gcc); an address that it does not cover makes us read
// the root of every unit once (clang writes none by default).
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "symbolize/dwarf_sections.h"

namespace symbolize {

class UnitIndex {
 public:
  UnitIndex(Dwarf* dwarf, const DwarfSections& sections) : dwarf_(dwarf), sections_(sections) {}

  // Offset of the unit's root DIE in .debug_info, for an address as the Dwarf has it; nothing when no unit
  // claims it. Several units may (hand-written sections, link-time folding): the one with the narrowest range
  // comes first.
  // `thorough` is whether an address that .debug_aranges does not cover is worth reading all units for.
  std::vector<Dwarf_Off> find(Dwarf_Addr address, bool thorough);

 private:
  struct Range {
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    Dwarf_Addr reach = 0;  // highest `high` of this range and all before it
    Dwarf_Off unit = 0;    // of its header in aranges_, of its root DIE in roots_
  };
  void read_aranges();
  void read_roots();
  Dwarf_Off root_of(Dwarf_Off unit) const;
  static void sort(std::vector<Range>& ranges);
  static void collect(const std::vector<Range>& ranges, Dwarf_Addr address, std::vector<Dwarf_Off>& found);

  Dwarf* dwarf_;
  DwarfSections sections_;
  bool aranges_read_ = false;
  bool roots_read_ = false;
  std::vector<Range> aranges_;
  std::vector<Range> roots_;
};

}  // namespace symbolize
