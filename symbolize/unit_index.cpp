#include "symbolize/unit_index.h"

#include <algorithm>

#include "symbolize/die.h"

namespace symbolize {

void UnitIndex::sort(std::vector<Range>& ranges) {
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const Range& a, const Range& b) { return a.low < b.low; });
  Dwarf_Addr reach = 0;
  for (Range& range : ranges) {
    reach = std::max(reach, range.high);
    range.reach = reach;
  }
}

// Read here and not by libdw, which looks at the header of every unit on the way: a page of the file for
// each.
void UnitIndex::read_aranges() {
  aranges_read_ = true;
  ByteCursor all(sections_.aranges, sections_.big_endian);
  while (all.good() && !all.at_end()) {
    std::size_t offset_width = 4;
    std::uint64_t length = all.fixed(4);
    if (length == 0xffffffff) {
      offset_width = 8;
      length = all.fixed(8);
    }
    const std::size_t before = (offset_width == 8 ? 12U : 4U);  // bytes of the length itself
    ByteCursor set = all.part(length);
    const std::uint64_t version = set.fixed(2);
    const Dwarf_Off unit = set.fixed(offset_width);
    const std::size_t address_width = set.byte();
    const std::size_t segment_width = set.byte();
    if (version != 2 || segment_width != 0 || (address_width != 4 && address_width != 8)) continue;
    // The pairs start at a multiple of their own size.
    const std::size_t header = before + 2 + offset_width + 2;
    set.skip((2 * address_width - header % (2 * address_width)) % (2 * address_width));
    while (set.good() && !set.at_end()) {
      const Dwarf_Addr low = set.fixed(address_width);
      const Dwarf_Addr size = set.fixed(address_width);
      if (size == 0 || low + size < low) continue;
      aranges_.push_back({low, low + size, 0, unit});
    }
  }
  sort(aranges_);
}

Dwarf_Off UnitIndex::root_of(Dwarf_Off unit) const {
  Dwarf_Off next = 0;
  std::size_t header = 0;
  if (dwarf_next_unit(dwarf_, unit, &next, &header, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) !=
      0)
    return 0;
  return unit + header;
}

void UnitIndex::read_roots() {
  roots_read_ = true;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root;
  Dwarf_Off last = 0;
  bool first = true;
  while (dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &root, nullptr) == 0) {
    const Dwarf_Off offset = dwarf_dieoffset(&root);
    if (!first && offset <= last) break;  // damaged headers must not send us round in circles
    first = false;
    last = offset;
    const int tag = dwarf_tag(&root);
    if (tag != DW_TAG_compile_unit && tag != DW_TAG_skeleton_unit) continue;
    for_each_range(&root, [&](Dwarf_Addr low, Dwarf_Addr high) { roots_.push_back({low, high, 0, offset}); });
  }
  sort(roots_);
}

void UnitIndex::collect(const std::vector<Range>& ranges, Dwarf_Addr address, std::vector<Dwarf_Off>& found) {
  std::vector<const Range*> hits;
  auto at = std::upper_bound(ranges.begin(), ranges.end(), address,
                             [](Dwarf_Addr value, const Range& range) { return value < range.low; });
  while (at != ranges.begin()) {
    --at;
    if (at->reach <= address) break;  // nothing before reaches this far
    if (address < at->high) hits.push_back(&*at);
    if (hits.size() >= 8) break;
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const Range* a, const Range* b) { return a->high - a->low < b->high - b->low; });
  for (const Range* hit : hits) {
    if (std::find(found.begin(), found.end(), hit->unit) == found.end()) found.push_back(hit->unit);
  }
}

std::vector<Dwarf_Off> UnitIndex::find(Dwarf_Addr address, bool thorough) {
  if (!aranges_read_) read_aranges();
  std::vector<Dwarf_Off> found;
  collect(aranges_, address, found);
  for (Dwarf_Off& unit : found) unit = root_of(unit);
  if (!found.empty()) return found;
  if (!roots_read_ && (thorough || aranges_.empty())) read_roots();
  collect(roots_, address, found);
  return found;
}

}  // namespace symbolize
