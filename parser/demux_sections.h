// The lines of fixed words that reports are made of, and the order in which the kernel prints them: a section
// that comes too late, too early or twice is another report's.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "parser/model.h"

namespace parser {

// Families as far as the order of their sections goes.
enum class Order : std::uint8_t { kasan, slub, other };
inline Order order_of(Family family) {
  return family == Family::kasan ? Order::kasan : family == Family::slub ? Order::slub : Order::other;
}

// A line of fixed words, and its place in the order in which each family prints them.
struct Section {
  std::string_view starts;
  std::array<std::int8_t, 3> ranks;  // by Order; -1: not that family's
  int rank(Order order) const { return ranks[static_cast<std::size_t>(order)]; }
};
// `body` without blanks at its ends. Null if it is none.
const Section* find_section(std::string_view body);
// Whether a report of KASAN's or SLUB's has the section of that rank once.
bool is_once(int rank);
inline constexpr int kCutHereRank = 10;

// The rank of the first section that frames follow. Reports of other families may have them under their
// title.
int first_stack(Order order);

// Kinds of KASAN's with neither object nor shadow bytes to follow.
bool is_untracked(std::string_view kind);

// How far a report has come in the order of its family. `open`: its open stack, or null; `shadow_rows` as
// ReportBuilder has them.
int rank_of(const Report& report, const Trace* open, int shadow_rows);

}  // namespace parser
