// The time of day that a line carries where its log has one: of ISO 8601, dmesg -T and syslog.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parser {

inline constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// As printed: the clock of the machine or reader that wrote it. Not every shape says all of it.
struct WallTime {
  std::optional<int> year;  // syslog's "Jan 25 17:37:24" has none
  int month = 1, day = 1;   // from 1
  std::int64_t of_day_us = 0;
  std::optional<int> offset_minutes;  // east of UTC; dmesg -T and syslog do not say

  // "2024-01-25T17:37:24.123456+01:00", without what is not known; a year that is not known is left out with
  // its dash.
  [[nodiscard]] std::string text() const;
  // Microseconds since 1970 on its own clock, in its own year or else in `year`.
  [[nodiscard]] std::int64_t clock_us(int in_year) const;
};

// The time at the front of a raw line, behind levels like "<3>"; nothing where there is none.
std::optional<WallTime> read_wall_time(std::string_view raw);

// "2024-01-25T17:37[:24[.123456]][Z|+01:00]", a blank instead of the T too, or a date alone.
std::optional<WallTime> read_iso_time(std::string_view& text);

// -1, 0 or 1: whether `time` is before, at or after `mark`, which has a year. Where one of both does not say
// its offset they are taken as clocks of one place; a time without a year is taken in the year that brings it
// nearest.
int compare_times(const WallTime& time, const WallTime& mark);

}  // namespace parser
