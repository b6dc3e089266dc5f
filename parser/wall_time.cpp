#include "parser/wall_time.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kDay = 24 * 3600 * kMicros;

// `digits` digits, no more and no fewer, in a range.
std::optional<int> take_digits(std::string_view& text, std::size_t digits, int low, int high) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  if (value < low || value > high) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// "17:37", "17:37:24", "17:37:24.123456"; seconds must be there if `whole`.
std::optional<std::int64_t> take_clock(std::string_view& text, bool whole) {
  const auto hour = take_digits(text, 2, 0, 23);
  if (!hour || !skip(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2, 0, 59);
  if (!minute) return std::nullopt;
  std::int64_t micros = (std::int64_t{*hour} * 60 + *minute) * 60 * kMicros;
  if (!skip(text, ":")) return whole ? std::nullopt : std::optional(micros);
  const auto second = take_digits(text, 2, 0, 60);
  if (!second) return std::nullopt;
  micros += *second * kMicros;
  auto rest = text;
  if ((skip(rest, ".") || skip(rest, ",")) && !rest.empty() && is_digit(rest.front())) {
    for (std::int64_t unit = kMicros / 10; !rest.empty() && is_digit(rest.front()); unit /= 10) {
      micros += unit * (rest.front() - '0');
      rest.remove_prefix(1);
    }
    text = rest;
  }
  return micros;
}

std::optional<int> take_month(std::string_view& text) {
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (skip(text, kMonths[i])) return static_cast<int>(i) + 1;
  return std::nullopt;
}

// " 5" or "25"
std::optional<int> take_day(std::string_view& text) {
  if (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
    return take_digits(text, 1, 1, 9);
  }
  return take_digits(text, 2, 1, 31);
}

// dmesg -T: "[Thu Jan 25 17:37:24 2024]"
std::optional<WallTime> read_dmesg_time(std::string_view text) {
  if (!skip(text, "[") || text.size() < 4 || text[3] != ' ') return std::nullopt;
  text.remove_prefix(4);
  WallTime time;
  const auto month = take_month(text);
  if (!month || !skip(text, " ")) return std::nullopt;
  const auto day = take_day(text);
  if (!day || !skip(text, " ")) return std::nullopt;
  const auto clock = take_clock(text, true);
  if (!clock || !skip(text, " ")) return std::nullopt;
  time.year = take_digits(text, 4, 1970, 9999);
  if (!time.year || !skip(text, "]")) return std::nullopt;
  time.month = *month;
  time.day = *day;
  time.of_day_us = *clock;
  return time;
}

// "Jan 25 17:37:24 host kernel: "
std::optional<WallTime> read_syslog_time(std::string_view text) {
  WallTime time;
  const auto month = take_month(text);
  if (!month || !skip(text, " ")) return std::nullopt;
  const auto day = take_day(text);
  if (!day || !skip(text, " ")) return std::nullopt;
  const auto clock = take_clock(text, true);
  if (!clock || !text.starts_with(" ")) return std::nullopt;
  time.month = *month;
  time.day = *day;
  time.of_day_us = *clock;
  return time;
}

}  // namespace

std::string WallTime::text() const {
  std::array<char, 64> buffer{};
  std::string out;
  if (year) {
    std::snprintf(buffer.data(), buffer.size(), "%04d-", *year);
    out = buffer.data();
  }
  const auto seconds = of_day_us / kMicros;
  std::snprintf(buffer.data(), buffer.size(), "%02d-%02dT%02d:%02d:%02d", month, day,
                static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                static_cast<int>(seconds % 60));
  out += buffer.data();
  if (const auto micros = of_day_us % kMicros; micros != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%06d", static_cast<int>(micros));
    out += buffer.data();
  }
  if (offset_minutes) {
    const auto minutes = std::abs(*offset_minutes);
    std::snprintf(buffer.data(), buffer.size(), "%c%02d:%02d", *offset_minutes < 0 ? '-' : '+', minutes / 60,
                  minutes % 60);
    out += buffer.data();
  }
  return out;
}

std::int64_t WallTime::clock_us(int in_year) const {
  const std::chrono::year_month_day date{std::chrono::year(year.value_or(in_year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * kDay + of_day_us;
}

std::optional<WallTime> read_iso_time(std::string_view& text) {
  auto rest = text;
  WallTime time;
  time.year = take_digits(rest, 4, 1970, 9999);
  if (!time.year || !skip(rest, "-")) return std::nullopt;
  const auto month = take_digits(rest, 2, 1, 12);
  if (!month || !skip(rest, "-")) return std::nullopt;
  const auto day = take_digits(rest, 2, 1, 31);
  if (!day) return std::nullopt;
  time.month = *month;
  time.day = *day;
  if (auto clock_text = rest; skip(clock_text, "T") || skip(clock_text, " ")) {
    if (const auto clock = take_clock(clock_text, false)) {
      time.of_day_us = *clock;
      rest = clock_text;
      const bool east = rest.starts_with("+");
      if (skip(rest, "Z")) {
        time.offset_minutes = 0;
      } else if (auto offset = rest; skip(offset, "+") || skip(offset, "-")) {
        const auto hours = take_digits(offset, 2, 0, 14);
        skip(offset, ":");
        const auto minutes = take_digits(offset, 2, 0, 59);
        if (hours && minutes) {
          time.offset_minutes = (*hours * 60 + *minutes) * (east ? 1 : -1);
          rest = offset;
        }
      }
    }
  }
  text = rest;
  return time;
}

std::optional<WallTime> read_wall_time(std::string_view raw) {
  if (skip(raw, "<")) {
    if (!take_number<unsigned>(raw) || !skip(raw, ">")) return std::nullopt;
  }
  if (raw.empty()) return std::nullopt;
  if (raw.front() == '[') return read_dmesg_time(raw);
  if (is_digit(raw.front())) return read_iso_time(raw);
  return read_syslog_time(raw);
}

int compare_times(const WallTime& time, const WallTime& mark) {
  const auto year = mark.year.value_or(1970);
  auto mine = time.clock_us(year);
  auto marked = mark.clock_us(year);
  if (!time.year) {
    for (const int other : {year - 1, year + 1})
      if (const auto candidate = time.clock_us(other); std::abs(candidate - marked) < std::abs(mine - marked))
        mine = candidate;
  }
  if (time.offset_minutes && mark.offset_minutes) {
    mine -= *time.offset_minutes * 60 * kMicros;
    marked -= *mark.offset_minutes * 60 * kMicros;
  }
  return mine < marked ? -1 : mine > marked ? 1 : 0;
}

}  // namespace parser
