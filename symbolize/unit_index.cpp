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

void UnitIndex::read_aranges() {
  aranges_read_ = true;
  Dwarf_Aranges* table = nullptr;
  std::size_t count = 0;
  if (dwarf_getaranges(dwarf_, &table, &count) != 0) return;
  aranges_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Dwarf_Addr start = 0;
    Dwarf_Word length = 0;
    Dwarf_Off unit = 0;
    if (dwarf_getarangeinfo(dwarf_onearange(table, i), &start, &length, &unit) != 0) continue;
    if (length == 0 || start + length < start) continue;
    aranges_.push_back({start, start + length, 0, unit});
  }
  sort(aranges_);
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
  if (!found.empty()) return found;
  if (!roots_read_ && (thorough || aranges_.empty())) read_roots();
  collect(roots_, address, found);
  return found;
}

}  // namespace symbolize
