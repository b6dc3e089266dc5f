#include "symbolize/debug_info.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace symbolize {

namespace {

// Each unit is read nearly whole, and once: some hundred of them would be most of the process's memory.
constexpr int kUnitsKept = 8;

}  // namespace

DebugInfo::DebugInfo(ElfFile& file)
    : file_(file),
      dwarf_(file.dwarf()),
      sections_(dwarf_ != nullptr ? DwarfSections::of(dwarf_) : DwarfSections()),
      index_(dwarf_, sections_) {}

Unit& DebugInfo::unit(Dwarf_Off root) {
  std::unique_ptr<Unit>& known = units_[root];
  if (known == nullptr) known = std::make_unique<Unit>(dwarf_, sections_, root);
  return *known;
}

std::optional<Dwarf_Off> DebugInfo::first_unit() {
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root;
  if (dwarf_ == nullptr || dwarf_get_units(dwarf_, nullptr, &unit, nullptr, nullptr, &root, nullptr) != 0) {
    return std::nullopt;
  }
  return dwarf_dieoffset(&root);
}

std::optional<Dwarf_Off> DebugInfo::unit_of(std::uint64_t address) {
  const std::vector<Dwarf_Off> units =
      dwarf_ != nullptr ? index_.find(address, true) : std::vector<Dwarf_Off>();
  if (units.empty()) return std::nullopt;
  return units.front();
}

std::vector<Chain> DebugInfo::lookup(std::span<const Wanted> wanted) {
  std::vector<Chain> chains(wanted.size());
  if (dwarf_ == nullptr || wanted.empty()) return chains;
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return wanted[a].address < wanted[b].address; });
  // By unit, in the order of the file, so that its pages are touched in order too.
  std::map<Dwarf_Off, std::vector<std::size_t>> round;
  std::vector<std::vector<Dwarf_Off>> units(wanted.size());
  for (const std::size_t i : order) {
    units[i] = index_.find(wanted[i].address, !wanted[i].lineless);
    if (!units[i].empty()) round[units[i].front()].push_back(i);
  }
  int units_read = 0;
  // Most addresses have one unit. Where several claim one, the first that knows a function is right.
  for (std::size_t turn = 1; !round.empty(); ++turn) {
    std::map<Dwarf_Off, std::vector<std::size_t>> next;
    for (const auto& entry : round) {
      std::vector<Dwarf_Addr> addresses;
      for (const std::size_t i : entry.second) addresses.push_back(wanted[i].address);
      std::vector<Chain> found = unit(entry.first).chains(addresses);
      for (std::size_t n = 0; n < found.size(); ++n) {
        const std::size_t i = entry.second[n];
        const bool named = !found[n].empty() && !found[n].back().function.empty();
        if (named || chains[i].empty()) chains[i] = std::move(found[n]);
        if (!named && turn < units[i].size()) next[units[i][turn]].push_back(i);
      }
      if (++units_read % kUnitsKept == 0) file_.release(sections_.info);
    }
    for (auto& entry : next) {
      std::sort(entry.second.begin(), entry.second.end(),
                [&](std::size_t a, std::size_t b) { return wanted[a].address < wanted[b].address; });
    }
    round = std::move(next);
  }
  return chains;
}

}  // namespace symbolize
