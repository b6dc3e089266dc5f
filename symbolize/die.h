// The few questions that we ask of a debugging entry (DIE), over libdw, safe on damaged input: offsets only
// ever grow, so no walk can go round in circles.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <string>

namespace symbolize {

// Most ranges read of one DIE; the largest real ones (a whole kernel as one unit) have some tens of
// thousands.
constexpr int kMostRanges = 1 << 20;

// Calls use(low, high) for each address range of the entry, high being the first address behind.
template <typename Use>
void for_each_range(Dwarf_Die* die, const Use& use) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  ptrdiff_t next = 0;
  for (int i = 0; i < kMostRanges && (next = dwarf_ranges(die, next, &base, &low, &high)) > 0; ++i) {
    if (low < high) use(low, high);
  }
}

// Does one of the entry's ranges hold the address?
bool holds(Dwarf_Die* die, Dwarf_Addr address);

// The next entry on the same level, or the first below; false when there is none.
bool next_sibling(Dwarf_Die* die);
bool first_child(Dwarf_Die* die, Dwarf_Die* child);

// The name of a function as llvm-symbolizer chooses it: linkage name, else name, its own or that of the entry
// it is a copy of. Empty when it has none.
std::string function_name(Dwarf_Die* die);

// A small number such as DW_AT_call_line, 0 when absent or absurd.
unsigned number(Dwarf_Die* die, unsigned attribute);

}  // namespace symbolize
