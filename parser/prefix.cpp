#include "parser/prefix.h"

#include <array>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
// As `dmesg -x` names them; the index is the level.
constexpr std::array<std::string_view, 8> kLevels{"emerg", "alert",  "crit", "err",
                                                  "warn",  "notice", "info", "debug"};

template <std::size_t N>
bool skip_any(std::string_view& text, const std::array<std::string_view, N>& words) {
  for (const auto word : words)
    if (skip(text, word)) return true;
  return false;
}

bool skip_digits(std::string_view& text, std::size_t at_least, std::size_t at_most) {
  std::size_t count = 0;
  while (count < text.size() && count < at_most && is_digit(text[count])) ++count;
  if (count < at_least) return false;
  text.remove_prefix(count);
  return true;
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// "17:37:24"
bool skip_clock(std::string_view& text) {
  return skip_digits(text, 2, 2) && skip(text, ":") && skip_digits(text, 2, 2) && skip(text, ":") &&
         skip_digits(text, 2, 2);
}

// "   12.345678", as microseconds.
std::optional<std::int64_t> take_seconds(std::string_view& text) {
  auto rest = text;
  skip_spaces(rest);
  std::int64_t seconds = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && is_digit(rest[digits]) && digits < 12; ++digits)
    seconds = seconds * 10 + (rest[digits] - '0');
  if (digits == 0 || rest.size() < digits + 7 || rest[digits] != '.') return std::nullopt;
  std::int64_t micros = 0;
  for (std::size_t i = digits + 1; i < digits + 7; ++i) {
    if (!is_digit(rest[i])) return std::nullopt;
    micros = micros * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(digits + 7);
  text = rest;
  return seconds * 1'000'000 + micros;
}

// "[   12.345678] ", and dmesg -d's "[   12.345678 <    0.000001>] "
bool take_time(std::string_view& text, Line& line) {
  auto rest = text.substr(1);
  const auto time = take_seconds(rest);
  if (!time) return false;
  if (skip(rest, " <")) {
    if (!take_seconds(rest) || !skip(rest, ">")) return false;
  }
  if (!skip(rest, "]")) return false;
  line.time_us = time;
  text = rest;
  return true;
}

// "[  T123]" or "[    C0]"
bool take_caller(std::string_view& text, Line& line) {
  if (text.size() < 4 || text.front() != '[') return false;
  auto rest = text.substr(1);
  skip_spaces(rest);
  if (rest.size() < 3 || (rest.front() != 'T' && rest.front() != 'C')) return false;
  const char kind = rest.front();
  rest.remove_prefix(1);
  const auto id = take_number<std::uint32_t>(rest);
  if (!id || !skip(rest, "]")) return false;
  line.caller = {kind, *id};
  text = rest;
  return true;
}

// dmesg -T "[Thu Jan 25 17:37:24 2024] ", dmesg -e "[Jan25 17:37] " and "[  +0.000001] "
bool skip_wall_time(std::string_view& text) {
  auto rest = text.substr(1);
  if (skip_any(rest, kDays)) {
    if (!skip(rest, " ") || !skip_any(rest, kMonths)) return false;
    skip_spaces(rest);
    if (!skip_digits(rest, 1, 2) || !skip(rest, " ") || !skip_clock(rest) || !skip(rest, " ") ||
        !skip_digits(rest, 4, 4))
      return false;
  } else if (skip_any(rest, kMonths)) {
    skip_spaces(rest);
    if (!skip_digits(rest, 1, 2) || !skip(rest, " ") || !skip_digits(rest, 2, 2) || !skip(rest, ":") ||
        !skip_digits(rest, 2, 2))
      return false;
  } else {
    skip_spaces(rest);
    if (!skip(rest, "+") || !take_seconds(rest)) return false;
  }
  if (!skip(rest, "]")) return false;
  text = rest;
  return true;
}

// Everything that begins with '['. At least one of time and caller must be there.
bool take_brackets(std::string_view& text, Line& line) {
  auto rest = text;
  bool any = take_time(rest, line) || skip_wall_time(rest);
  any = take_caller(rest, line) || any;
  if (!any) return false;
  skip(rest, " ");
  text = rest;
  return true;
}

// "<3>" of dmesg -r and the raw console; facility * 8 + level
bool take_level(std::string_view& text, Line& line) {
  auto rest = text.substr(1);
  const auto value = take_number<unsigned>(rest);
  if (!value || *value > 1023 || !skip(rest, ">")) return false;
  line.level = static_cast<int>(*value & 7);
  text = rest;
  return true;
}

// dmesg -x: "kern  :err   : "
bool take_facility(std::string_view& text, Line& line) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon < 3 || colon > 8) return false;
  for (const char c : trim_right(text.substr(0, colon)))
    if ((c < 'a' || c > 'z') && !is_digit(c)) return false;
  auto rest = text.substr(colon + 1);
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    auto after = rest;
    if (!skip(after, kLevels[level])) continue;
    skip_spaces(after);
    if (!skip(after, ":")) continue;
    skip(after, " ");
    line.level = static_cast<int>(level);
    text = after;
    return true;
  }
  return false;
}

// After a syslog time: "host kernel: ". Another tag marks the line as not the kernel's.
bool take_host_and_tag(std::string_view& text, Line& line) {
  auto rest = text;
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || space == 0 || space > 255) return false;
  // "BUG: KASAN: ..." and "[12345.678901] BUG: ..." behind an ISO time are no "host tag:".
  if (text.front() == '[' || text[space - 1] == ':') return false;
  rest.remove_prefix(space + 1);
  const auto colon = rest.find(": ");
  const auto end = colon == std::string_view::npos && rest.ends_with(":") ? rest.size() - 1 : colon;
  if (end == std::string_view::npos || end > 64) return false;
  const auto tag = rest.substr(0, end);
  if (tag.find(' ') != std::string_view::npos) return false;
  line.userspace = !(tag == "kernel" || tag.starts_with("kernel["));
  rest.remove_prefix(end + 1);
  skip(rest, " ");
  text = rest;
  return true;
}

// rsyslog and journald short: "Jan 25 17:37:24 host kernel: "
bool take_syslog(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip_any(rest, kMonths) || !skip(rest, " ")) return false;
  skip_spaces(rest);
  if (!skip_digits(rest, 1, 2) || !skip(rest, " ") || !skip_clock(rest)) return false;
  if (skip(rest, ".") && !skip_digits(rest, 3, 6)) return false;
  if (!skip(rest, " ") || !take_host_and_tag(rest, line)) return false;
  text = rest;
  return true;
}

// "2024-01-25T17:37:24.123456+00:00 host kernel: " of syslog, "2024-01-25T17:37:24,345678+00:00 " of dmesg
bool take_iso(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip_digits(rest, 4, 4) || !skip(rest, "-") || !skip_digits(rest, 2, 2) || !skip(rest, "-") ||
      !skip_digits(rest, 2, 2) || !skip(rest, "T") || !skip_clock(rest))
    return false;
  const bool dmesg = rest.starts_with(",");
  if ((skip(rest, ".") || skip(rest, ",")) && !skip_digits(rest, 1, 9)) return false;
  const bool zulu = skip(rest, "Z");
  if (!zulu) {
    if (!skip(rest, "+") && !skip(rest, "-")) return false;
    if (!skip_digits(rest, 2, 2)) return false;
    skip(rest, ":");
    if (!skip_digits(rest, 2, 2)) return false;
  }
  if (!skip(rest, " ")) return false;
  if (!dmesg) {
    // rsyslog writes an offset; containers and CI systems write Z and no host, and "Call Trace:" is then no
    // tag.
    auto tagged = rest;
    Line with_tag = line;
    if (take_host_and_tag(tagged, with_tag) && !(zulu && with_tag.userspace)) {
      line = with_tag;
      rest = tagged;
    }
  }
  text = rest;
  return true;
}

// "** 2395 printk messages dropped ** "
bool skip_dropped(std::string_view& text) {
  auto rest = text;
  if (!skip(rest, "** ") || !skip_digits(rest, 1, 12) || !skip(rest, " printk messages dropped **"))
    return false;
  skip_spaces(rest);
  text = rest;
  return true;
}

bool take_one(std::string_view& text, Line& line) {
  switch (text.front()) {
    case '[':
      return take_brackets(text, line);
    case '<':
      return take_level(text, line);
    case '*':
      return skip_dropped(text);
    default:
      break;
  }
  if (is_digit(text.front())) return take_iso(text, line);
  if (text.front() >= 'A' && text.front() <= 'Z') return take_syslog(text, line);
  if (text.front() >= 'a' && text.front() <= 'z') return take_facility(text, line);
  return false;
}

}  // namespace

Line read_line(std::string_view raw, std::uint64_t number) {
  Line line;
  line.number = number;
  // A container, a level and the kernel's own brackets: deeper nesting does not occur.
  for (int layer = 0; layer < 4 && !raw.empty(); ++layer) {
    const bool brackets = raw.front() == '[';
    if (!take_one(raw, line)) break;
    line.prefixed = true;
    // What follows the kernel's brackets is its text, even when it looks like a prefix again.
    if (brackets) break;
  }
  line.text = raw;
  return line;
}

}  // namespace parser
