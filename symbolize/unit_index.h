// From an address to the compilation units that may hold its code, without opening any other unit.
// Built on .debug_aranges where the compiler wrote one (gcc); an address that it does not cover makes us read
// the root of every unit once (clang writes none by default).
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

namespace symbolize {

class UnitIndex {
 public:
  explicit UnitIndex(Dwarf* dwarf) : dwarf_(dwarf) {}

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
    Dwarf_Off unit = 0;
  };
  void read_aranges();
  void read_roots();
  static void sort(std::vector<Range>& ranges);
  static void collect(const std::vector<Range>& ranges, Dwarf_Addr address, std::vector<Dwarf_Off>& found);

  Dwarf* dwarf_;
  bool aranges_read_ = false;
  bool roots_read_ = false;
  std::vector<Range> aranges_;
  std::vector<Range> roots_;
};

}  // namespace symbolize
