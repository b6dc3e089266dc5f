#include "symbolize/die.h"

#include <limits>

namespace symbolize {

bool holds(Dwarf_Die* die, Dwarf_Addr address) {
  bool found = false;
  for_each_range(die, [&](Dwarf_Addr low, Dwarf_Addr high) { found |= low <= address && address < high; });
  return found;
}

bool next_sibling(Dwarf_Die* die) {
  Dwarf_Die next;
  if (dwarf_siblingof(die, &next) != 0) return false;
  // DW_AT_sibling of a damaged file may point back.
  if (next.cu != die->cu || next.addr <= die->addr) return false;
  *die = next;
  return true;
}

bool first_child(Dwarf_Die* die, Dwarf_Die* child) {
  return dwarf_child(die, child) == 0 && child->cu == die->cu && child->addr > die->addr;
}

std::string function_name(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name}) {
    if (dwarf_attr_integrate(die, kind, &attribute) == nullptr) continue;
    const char* name = dwarf_formstring(&attribute);
    if (name != nullptr && *name != '\0') return name;
  }
  return {};
}

unsigned number(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (dwarf_attr(die, attribute, &found) == nullptr || dwarf_formudata(&found, &value) != 0) return 0;
  return value <= std::numeric_limits<unsigned>::max() ? static_cast<unsigned>(value) : 0;
}

}  // namespace symbolize
