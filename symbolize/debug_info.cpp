#include "symbolize/debug_info.h"

#include <algorithm>
#include <numeric>

namespace symbolize {

DebugInfo::DebugInfo(ElfFile& file) : dwarf_(file.dwarf()), index_(dwarf_) {}

Chain DebugInfo::lookup_one(Dwarf_Addr address, std::span<const Dwarf_Off> units) {
  Chain best;
  for (const Dwarf_Off offset : units) {
    std::unique_ptr<Unit>& unit = units_[offset];
    if (unit == nullptr) unit = std::make_unique<Unit>(dwarf_, offset);
    Chain chain = unit->chain(address);
    // A unit that knows the function beats one that only has lines.
    if (!chain.empty() && !chain.back().function.empty()) return chain;
    if (best.empty()) best = std::move(chain);
  }
  return best;
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
  const std::vector<Dwarf_Off> units = dwarf_ != nullptr ? index_.find(address) : std::vector<Dwarf_Off>();
  if (units.empty()) return std::nullopt;
  return units.front();
}

std::vector<Chain> DebugInfo::lookup(std::span<const std::uint64_t> addresses) {
  std::vector<Chain> chains(addresses.size());
  if (dwarf_ == nullptr) return chains;
  // By address is by unit, near enough, and touches the file's pages in order.
  std::vector<std::size_t> order(addresses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return addresses[a] < addresses[b]; });
  for (const std::size_t i : order) {
    const Dwarf_Addr address = addresses[i];
    const std::vector<Dwarf_Off> units = index_.find(address);
    chains[i] = lookup_one(address, units);
  }
  return chains;
}

}  // namespace symbolize
