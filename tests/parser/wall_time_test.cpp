#include "parser/wall_time.h"

#include <doctest/doctest.h>

using parser::compare_times;
using parser::read_wall_time;
using parser::WallTime;

namespace {

std::string read(std::string_view raw) {
  const auto time = read_wall_time(raw);
  return time ? time->text() : "none";
}

WallTime iso(std::string_view text) {
  const auto time = parser::read_iso_time(text);
  REQUIRE(time);
  return *time;
}

}  // namespace

TEST_CASE("times of day are read where a line has one") {
  CHECK_EQ(read("2024-01-25T17:37:24,345678+01:00 BUG: x"), "2024-01-25T17:37:24.345678+01:00");
  CHECK_EQ(read("2024-01-25T17:37:24.5Z BUG: x"), "2024-01-25T17:37:24.500000+00:00");
  CHECK_EQ(read("2024-01-25T17:37:24-0530 host kernel: x"), "2024-01-25T17:37:24-05:30");
  CHECK_EQ(read("[Thu Jan 25 17:37:24 2024] BUG: x"), "2024-01-25T17:37:24");
  CHECK_EQ(read("<3>[Thu Jan  5 17:37:24 2024] BUG: x"), "2024-01-05T17:37:24");
  CHECK_EQ(read("Jan 25 17:37:24 host kernel: BUG: x"), "01-25T17:37:24");
  CHECK_EQ(read("[   12.345678] BUG: x"), "none");
  CHECK_EQ(read("BUG: x"), "none");
  CHECK_EQ(read(""), "none");
  CHECK_EQ(read("[Thu Jan 99 17:37:24 2024] BUG: x"), "none");
  CHECK_EQ(read("2024-13-25T17:37:24Z x"), "none");
}

TEST_CASE("times compare as far as they are known") {
  const auto mark = iso("2024-01-25T17:37:00+01:00");
  CHECK_EQ(compare_times(iso("2024-01-25T16:37:00Z"), mark), 0);
  CHECK_EQ(compare_times(iso("2024-01-25T16:36:59.999999Z"), mark), -1);
  // Without an offset the clocks are those of one place.
  CHECK_EQ(compare_times(iso("2024-01-25 17:37"), mark), 0);
  CHECK_EQ(compare_times(*read_wall_time("[Thu Jan 25 17:36:59 2024] x"), mark), -1);
  // Without a year the nearest one counts.
  const auto new_year = iso("2025-01-01");
  CHECK_EQ(compare_times(*read_wall_time("Dec 31 23:59:59 h kernel: x"), new_year), -1);
  CHECK_EQ(compare_times(*read_wall_time("Jan  1 00:00:01 h kernel: x"), new_year), 1);
}
