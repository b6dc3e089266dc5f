// A population in the terms of any era: how many stacks last, how many come and go, and how deep they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "depot/depth.h"
#include "depot/estimate.h"

namespace depot {

// A population in the terms of any era.
struct Stacks {
  Range lasting;  // records of clients that never evict
  Range live;     // in use, of clients that evict where the kernel lets them
  Range evicted;  // slots on the freelist
  Range ever;     // different stacks that the evicting clients saved
  Depth lasting_depth;
  Depth live_depth;
  std::optional<double> slots;       // exact count of fixed slots, the never-used ones included
  std::uint32_t slots_per_pool = 0;  // of the depot that they were counted in
  std::optional<double> total;       // all in use, however they divide
  bool share_known = true;           // of the evicting clients; else nothing hints at there being any
  double saves_per_stack = 0;        // 0 if not known
  std::vector<std::string> limits;
};

// Reads counters, numbers or a sample as such; or says what is wrong with them.
[[nodiscard]] std::variant<Stacks, std::string> stacks_of(const Population& population);

// End by end: for ranges that grow together.
inline Range same(double value) {
  return {value, value, value};
}
inline Range operator+(const Range& a, const Range& b) {
  return {a.low + b.low, a.likely + b.likely, a.high + b.high};
}
inline Range operator*(const Range& a, const Range& b) {
  return {a.low * b.low, a.likely * b.likely, a.high * b.high};
}
inline Range operator*(const Range& a, double b) {
  return a * same(b);
}

}  // namespace depot
