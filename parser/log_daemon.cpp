#include "parser/log_daemon.h"

#include <array>

#include "parser/scan.h"
#include "parser/wall_time.h"

namespace parser {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

template <std::size_t N>
bool skip_any(std::string_view& text, const std::array<std::string_view, N>& words) {
  for (const auto word : words)
    if (skip(text, word)) return true;
  return false;
}

// "17:37:24", with ".123456" or not
bool skip_clock(std::string_view& text) {
  auto rest = text;
  if (!skip_digits(rest, 2, 2) || !skip(rest, ":") || !skip_digits(rest, 2, 2) || !skip(rest, ":") ||
      !skip_digits(rest, 2, 2))
    return false;
  if (skip(rest, ".") && !skip_digits(rest, 3, 9)) return false;
  text = rest;
  return true;
}

// "2024-01-25"
bool skip_date(std::string_view& text) {
  return skip_digits(text, 4, 4) && skip(text, "-") && skip_digits(text, 2, 2) && skip(text, "-") &&
         skip_digits(text, 2, 2);
}

// "Jan 25", "Jan  5", "Jan25"
bool skip_month_and_day(std::string_view& text) {
  if (!skip_any(text, kMonths)) return false;
  skip_spaces(text);
  return skip_digits(text, 1, 2) && skip(text, " ");
}

// "kern.err ", as busybox and OpenWrt name facility and level
void skip_facility(std::string_view& text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos || space > 16 || space == 0) return;
  std::size_t dots = 0;
  for (const char c : text.substr(0, space)) {
    dots += c == '.' ? 1 : 0;
    if (c != '.' && (c < 'a' || c > 'z') && !is_digit(c)) return;
  }
  if (dots == 1) text.remove_prefix(space + 1);
}

// "kernel: ", "kernel[0]: ", and RFC 5424's "kernel - - - ". Another tag marks the line as not the kernel's.
bool take_tag(std::string_view& text, Line& line) {
  if (skip(text, "kernel - - - ")) return true;
  const auto colon = text.find(": ");
  const auto end = colon == std::string_view::npos && text.ends_with(":") ? text.size() - 1 : colon;
  if (end == std::string_view::npos || end > 64) return false;
  const auto tag = text.substr(0, end);
  if (tag.find(' ') != std::string_view::npos) return false;
  line.userspace = !(tag == "kernel" || tag.starts_with("kernel["));
  text.remove_prefix(end + 1);
  skip(text, " ");
  return true;
}

// After a syslog time: "host kernel: "
bool take_host_and_tag(std::string_view& text, Line& line) {
  auto rest = text;
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || space == 0 || space > 255) return false;
  // "BUG: KASAN: ..." and "[12345.678901] BUG: ..." behind an ISO time are no "host tag:".
  if (text.front() == '[' || text[space - 1] == ':') return false;
  rest.remove_prefix(space + 1);
  skip_facility(rest);
  if (!take_tag(rest, line)) return false;
  text = rest;
  return true;
}

// GitLab's stream number and name behind the time: "00O ", "01E+" where the line goes on
void skip_stream(std::string_view& text) {
  if (text.size() >= 4 && is_hex(text[0]) && is_hex(text[1]) && (text[2] == 'O' || text[2] == 'E') &&
      (text[3] == ' ' || text[3] == '+'))
    text.remove_prefix(4);
}

}  // namespace

bool skip_wall_clock(std::string_view& text) {
  auto rest = text;
  if (skip_any(rest, kDays)) {
    if (!skip(rest, " ") || !skip_month_and_day(rest) || !skip_clock(rest) || !skip(rest, " ") ||
        !skip_digits(rest, 4, 4))
      return false;
  } else if (!rest.empty() && is_digit(rest.front())) {
    if (!skip_date(rest) || !(skip(rest, " ") || skip(rest, "T")) || !skip_clock(rest)) return false;
  } else {
    if (!skip_month_and_day(rest) || !skip_digits(rest, 2, 2) || !skip(rest, ":") || !skip_digits(rest, 2, 2))
      return false;
  }
  text = rest;
  return true;
}

bool take_syslog(std::string_view& text, Line& line) {
  auto rest = text;
  if (skip_any(rest, kDays)) {
    if (!skip(rest, " ")) return false;
    if (!rest.empty() && is_digit(rest.front())) {
      if (!skip_date(rest) || !skip(rest, " ") || !skip_clock(rest) || !skip(rest, " ")) return false;
      const auto zone = rest.find(' ');
      if (zone == std::string_view::npos || zone > 8) return false;
      rest.remove_prefix(zone + 1);
    } else {
      if (!skip_month_and_day(rest) || !skip_clock(rest) || !skip(rest, " ") || !skip_digits(rest, 4, 4) ||
          !skip(rest, " "))
        return false;
      skip_facility(rest);
      if (!take_tag(rest, line)) return false;
      text = rest;
      return true;
    }
  } else {
    if (!skip_month_and_day(rest) || !skip_clock(rest) || !skip(rest, " ")) return false;
  }
  if (!take_host_and_tag(rest, line)) return false;
  text = rest;
  return true;
}

bool take_iso(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip_date(rest) || !skip(rest, "T") || !skip_digits(rest, 2, 2) || !skip(rest, ":") ||
      !skip_digits(rest, 2, 2) || !skip(rest, ":") || !skip_digits(rest, 2, 2))
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
  if (!skip(rest, " ") && !rest.empty()) return false;
  line.prefixed = true;
  if (!dmesg) {
    // rsyslog writes an offset; containers and CI systems write Z and no host, and "Call Trace:" is then no
    // tag.
    auto tagged = rest;
    Line with_tag = line;
    if (take_host_and_tag(tagged, with_tag) && !(zulu && with_tag.userspace)) {
      line = with_tag;
      rest = tagged;
    } else if (zulu) {
      // The time is a CI system's; it says nothing about whose line this is.
      line.prefixed = false;
      skip_stream(rest);
    }
  }
  text = rest;
  return true;
}

bool take_unix_time(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip_digits(rest, 9, 11) || !skip(rest, ".") || !skip_digits(rest, 3, 9) || !skip(rest, " ") ||
      !take_host_and_tag(rest, line))
    return false;
  text = rest;
  return true;
}

bool skip_kernel_tag(std::string_view& text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos || space == 0 || space > 64 || text[space - 1] == ':') return false;
  auto rest = text.substr(space + 1);
  if (!skip(rest, "kernel: ")) return false;
  text = rest;
  return true;
}

bool take_ci_section(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip(rest, "section_start:") && !skip(rest, "section_end:")) return false;
  if (!skip_digits(rest, 1, 12) || !skip(rest, ":")) return false;
  const auto end = rest.find('\r');
  const auto after = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  // A section's end has no heading; the next line of output may follow it at once.
  line.userspace = text.starts_with("section_start:") || after.empty();
  text = after;
  return true;
}

bool skip_quote(std::string_view& text) {
  auto rest = text.substr(1);
  if (rest.empty() || rest.front() == ' ')
    skip(rest, " ");
  else if (rest.front() != '>')
    return false;
  text = rest;
  return true;
}

bool is_pstore_heading(std::string_view text) {
  if (skip(text, "====")) {
    if (!skip_digits(text, 1, 12) || !skip(text, ".") || !skip_digits(text, 1, 9)) return false;
    return text.empty() || (text.size() == 2 && text[0] == '-');
  }
  if (!skip(text, "Panic#") && !skip(text, "Oops#") && !skip(text, "Emergency#") && !skip(text, "Shutdown#"))
    return false;
  return skip_digits(text, 1, 12) && skip(text, " Part") && skip_digits(text, 1, 12) && text.empty();
}

}  // namespace parser
