#include "depot/era.h"

#include <array>
#include <cstddef>

namespace depot {
namespace {

constexpr Records kVariable = Records::kVariable;
constexpr Records kFixed = Records::kFixed;
constexpr Records kMixed = Records::kMixed;
constexpr StatsGeneration kNone = StatsGeneration::kNone;

// The order is that of the enum and of release. v6.9-rc1 and rc2 fall to C2 by their number though their
// source is C1; the two differ in the name of a field only. 64-bit names throughout; see layout.h for what is
// derived.
// clang-format off
constexpr std::array<EraRow, 12> kRows{{
    //                                                                   bits: valid
    //                                                                   |  extra  cap of pools
    //                                                                   |  |  index+1  |   KMSAN's
    //                                                                   |  |  |      |     |      settable
    //                                                                   |  |  |      |     |      |      truncates
    //                                                                   |  |  |      |     |      |      |      FIFO
    //                                                                   |  |  |      |     |      |      |      |      bucket, order
    {Era::kA0, {4, 6, 0, 1}, "4.6 .. 4.8", "4.6 .. 4.8", kVariable,      1, 0, false, 1024, false, false, false, false, 1, 20, 20, kNone},
    {Era::kA1, {4, 9, 0, 1}, "4.9 .. 5.11", "4.9 .. 6.0", kVariable,     1, 0, false, 8192, false, false, false, false, 1, 20, 20, kNone},
    {Era::kA2, {5, 12, 0, 1}, "5.12 .. 5.19", "4.9 .. 6.0", kVariable,   1, 0, false, 8192, false, false, false, false, 1, 12, 20, kNone},
    {Era::kA3, {6, 0, 0, 1}, "6.0", "4.9 .. 6.0", kVariable,             1, 0, false, 8192, false, false, false, false, 1, 12, 20, kNone},
    {Era::kA4, {6, 1, 0, 1}, "6.1 .. 6.2", "6.1 .. 6.7", kVariable,      1, 5, false, 8192, false, false, false, false, 1, 12, 20, kNone},
    {Era::kA5, {6, 3, 0, 1}, "6.3 .. 6.7", "6.1 .. 6.7", kVariable,      1, 5, false, 8192, false, false, false, false, 1, 12, 20, kNone},
    {Era::kB0, {6, 8, 0, 1}, "6.8-rc1 .. 6.8-rc2", "6.8-rc1..rc6", kFixed, 0, 5, false, 8192, true, false, true, false, 2, 12, 20, kNone},
    {Era::kB1, {6, 8, 0, 3}, "6.8-rc3 .. 6.8-rc6", "6.8-rc1..rc6", kFixed, 0, 5, false, 8192, true, false, true, true, 2, 12, 20, StatsGeneration::kFixed},
    {Era::kC0, {6, 8, 0, 7}, "6.8-rc7 .. 6.8.2", "6.8-rc7 .. 6.8.2", kMixed, 0, 5, false, 8192, false, false, true, true, 2, 12, 20, StatsGeneration::kSplit},
    {Era::kC1, {6, 8, 3, 0}, "6.8.3 .. 6.8.4", "6.9 ..", kMixed,         0, 5, true, 8192, false, false, true, true, 2, 12, 20, StatsGeneration::kSplit},
    {Era::kC2, {6, 8, 5, 0}, "6.8.5 .. 6.16", "6.9 ..", kMixed,          0, 5, true, 8192, false, false, true, true, 2, 12, 20, StatsGeneration::kSplit},
    {Era::kC3, {6, 17, 0, 1}, "6.17 ..", "6.9 ..", kMixed,               0, 5, true, 8192, false, true, true, true, 2, 12, 20, StatsGeneration::kSplit},
}};
// clang-format on

}  // namespace

std::span<const EraRow> eras() {
  return kRows;
}

const EraRow& era_row(Era era) {
  return kRows[static_cast<std::size_t>(era)];
}

const EraRow* find_era(const KernelVersion& version) {
  const EraRow* found = nullptr;
  for (const EraRow& row : kRows)
    if (row.first <= version) found = &row;
  return found;
}

}  // namespace depot
