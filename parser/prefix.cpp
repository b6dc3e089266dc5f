#include "parser/prefix.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "parser/log_daemon.h"
#include "parser/scan.h"

namespace parser {
namespace {

// As `dmesg -x` names them; the index is the level.
constexpr std::array<std::string_view, 8> kLevels{"emerg", "alert",  "crit", "err",
                                                  "warn",  "notice", "info", "debug"};

std::uint64_t load8(const char* at) {
  auto bytes = word_at(at);
  if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
  return bytes;
}

// Of each of the lowest five bytes: 0 if it is a digit, else some of its upper four bits.
std::uint64_t non_digits(std::uint64_t bytes) {
  constexpr std::uint64_t kBytes = 0xff'ffff'ffff;
  const auto digits = (bytes ^ 0x3030'3030'3030'3030) & kBytes;
  return (digits | (digits + (0x0606'0606'0606'0606 & kBytes))) & 0xf0f0'f0f0'f0f0'f0f0;
}

// Whether the lowest five bytes are blanks, then at least one digit.
bool is_padded_number(std::uint64_t bytes) {
  constexpr std::uint64_t kBlanks = 0x20'2020'2020, kOnes = 0x01'0101'0101;
  const auto others = non_digits(bytes);
  const auto blank = (others >> 4) & kOnes;  // 1 in each byte that may be a blank
  const auto whole = blank * 0xff;           // ... all of its bits
  return others == blank << 4 && ((bytes ^ kBlanks) & whole) == 0 && (whole & (whole + 1)) == 0 &&
         whole <= 0xffff'ffff;
}

// ".345678]"
bool is_fraction(std::uint64_t bytes) {
  constexpr std::uint64_t kZeros = 0x5d30'3030'3030'302e;
  const auto digits = bytes ^ kZeros;
  return ((digits | (digits + 0x0006'0606'0606'0600)) & 0xfff0'f0f0'f0f0'f0ff) == 0;
}

// "[   12.345678]", the kernel's time at its usual width, by its marks alone.
bool has_usual_stamp(std::string_view text) {
  constexpr std::size_t kPoint = 6, kEnd = KernelTime::kStamp + 1;
  return text.size() > kEnd && text[kPoint] == '.' && text[kEnd] == ']';
}

// "   12.345678", as microseconds.
std::optional<std::int64_t> take_seconds(std::string_view& text) {
  constexpr std::ptrdiff_t kFraction = 6, kMostDigits = 12;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && *at == ' ') ++at;
  std::uint64_t micros = 0;
  const char* const digits = at;
  for (; at != end && is_digit(*at); ++at) micros = micros * 10 + static_cast<std::uint64_t>(*at - '0');
  if (at == digits || at - digits > kMostDigits || end - at <= kFraction || *at != '.') return std::nullopt;
  ++at;
  bool all_digits = true;
  for (std::ptrdiff_t i = 0; i < kFraction; ++i) {
    const auto digit = static_cast<unsigned>(at[i]) - '0';
    all_digits = all_digits && digit <= 9;
    micros = micros * 10 + digit;
  }
  if (!all_digits) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at + kFraction - text.data()));
  return static_cast<std::int64_t>(micros);
}

// "[   12.345678] ", and dmesg -d's "[   12.345678 <    0.000001>] "
bool take_time(std::string_view& text, Line& line) {
  auto rest = text.substr(1);
  const auto time = take_seconds(rest);
  if (!time || rest.empty()) return false;
  if (rest.front() != ']' && (!skip(rest, " <") || !take_seconds(rest) || !skip(rest, ">"))) return false;
  if (!skip(rest, "]")) return false;
  line.time.set(time);
  text = rest;
  return true;
}

// "[  T123]" or "[    C0]"
bool take_caller(std::string_view& text, Line& line) {
  constexpr std::size_t kShortest = 4, kLongest = 12;
  if (text.size() < kShortest || text.front() != '[') return false;
  std::size_t at = 1;
  const auto most = std::min(text.size(), kLongest);
  while (at < most && text[at] == ' ') ++at;
  if (at == most || (text[at] != 'T' && text[at] != 'C')) return false;
  const char kind = text[at++];
  const auto digits = at;
  std::uint64_t id = 0;
  for (; at < text.size() && is_digit(text[at]) && at - digits < 10; ++at)
    id = id * 10 + static_cast<std::uint64_t>(text[at] - '0');
  if (at == digits || at == text.size() || text[at] != ']' || id > 0xffff'ffff) return false;
  line.caller = {kind, static_cast<std::uint32_t>(id)};
  text.remove_prefix(at + 1);
  return true;
}

// dmesg -T "[Thu Jan 25 17:37:24 2024] ", dmesg -e "[Jan25 17:37] " and "[  +0.000001] "
bool skip_wall_time(std::string_view& text) {
  auto rest = text.substr(1);
  if (rest.empty() || is_digit(rest.front())) return false;
  if (!skip_wall_clock(rest)) {
    skip_spaces(rest);
    if (!skip(rest, "+") || !take_seconds(rest)) return false;
  }
  if (!skip(rest, "]")) return false;
  text = rest;
  return true;
}

// "[2024-01-25 17:37:24.123] ", as terminal programs write it before what they received
bool skip_terminal_clock(std::string_view& text) {
  if (text.size() < 6 || text[5] != '-') return false;
  auto rest = text.substr(1);
  if (!skip_wall_clock(rest) || !skip(rest, "]")) return false;
  skip(rest, " ");
  text = rest;
  return true;
}

// What vendors put behind the time: the task that runs, "[7:  OST-Normal-13:17476] " of Samsung, with a
// letter "I[7:  swapper/7:    0] " in newer ones, "(7)[17476:kworker/7:1]" of MediaTek. CPU and PID are as
// good as a caller.
void take_running_task(std::string_view& text, Line& line) {
  auto rest = text;
  skip(rest, " ");
  std::optional<std::uint32_t> cpu, pid;
  if (skip(rest, "(")) {
    cpu = take_number<std::uint32_t>(rest);
    if (!cpu || !skip(rest, ")[")) return;
    pid = take_number<std::uint32_t>(rest);
    const auto close = rest.find(']');
    if (!pid || !skip(rest, ":") || close == std::string_view::npos || close > 32) return;
    rest = text.substr(text.find(']') + 1);
  } else {
    if (rest.size() > 2 && rest[0] >= 'A' && rest[0] <= 'Z') rest.remove_prefix(1);
    if (!skip(rest, "[")) return;
    skip_spaces(rest);
    cpu = take_number<std::uint32_t>(rest);
    if (!cpu || !skip(rest, ":")) return;
    const auto close = rest.find(']');
    if (close == std::string_view::npos || close > 40) return;
    const auto colon = rest.substr(0, close).rfind(':');
    if (colon == std::string_view::npos) return;
    auto number = rest.substr(colon + 1, close - colon - 1);
    skip_spaces(number);
    pid = to_number<std::uint32_t>(number);
    if (!pid) return;
    rest.remove_prefix(close + 1);
    skip(rest, " ");
  }
  if (!line.caller.known()) line.caller = *pid == 0 ? Caller{'C', *cpu} : Caller{'T', *pid};
  text = rest;
}

// Everything that begins with '['. At least one of time and caller must be there.
bool take_brackets(std::string_view& text, Line& line) {
  auto rest = text;
  const bool time = take_time(rest, line);
  const bool any = time || skip_wall_time(rest);
  if (!take_caller(rest, line) && !any) return false;
  skip(rest, " ");
  // What a frame begins with; most lines are done with here.
  if (time && rest.size() > 8 && (rest[0] != ' ' || rest[1] == '[' || rest[1] == '(')) {
    if (rest[0] == '[' || rest[0] == '(' || rest[1] == '[' || rest[1] == '(') take_running_task(rest, line);
    skip_kernel_tag(rest);
  }
  text = rest;
  return true;
}

// "<3>" of dmesg -r and the raw console; facility * 8 + level
bool take_level(std::string_view& text, Line& line) {
  auto rest = text.substr(1);
  const auto value = take_number<unsigned>(rest);
  if (!value || *value > 1023 || !skip(rest, ">")) return false;
  line.level = static_cast<int>(*value & 7);
  // RFC 5424 has its version behind it: "<3>1 2024-01-25T17:37:24.123456+00:00 host kernel - - - "
  if (rest.size() > 7 && rest.starts_with("1 ") && is_digit(rest[2]) && rest[6] == '-') rest.remove_prefix(2);
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

// "** 2395 printk messages dropped ** ", "** replaying previous printk message ** "
bool take_printk_mark(std::string_view& text, Line& line) {
  auto rest = text;
  if (!skip(rest, "** ")) return false;
  if (!skip(rest, "replaying previous printk message **") &&
      (!skip_digits(rest, 1, 12) || !skip(rest, " printk messages dropped **")))
    return false;
  skip_spaces(rest);
  line.prefixed = true;
  line.userspace = rest.empty();
  text = rest;
  return true;
}

// "buildroot login: [   12.345678] BUG: ...", "~ # [   12.345678] BUG: ...": a serial console on which
// somebody was to type something. Or "executing program[   12.345678] BUG: ...": a program that left its line
// open, told by the usual width of the kernel's time.
bool skip_prompt(std::string_view& text) {
  constexpr std::size_t kLongest = 80;
  const auto bracket = text.substr(0, kLongest).find('[');
  if (bracket == std::string_view::npos || bracket < 2) return false;
  const auto prompt = text.substr(0, bracket);
  bool known = false;
  for (const std::string_view end : {"login: ", "assword: ", "# ", "$ "})
    known = known || prompt.ends_with(end);
  known = known || (has_usual_stamp(text.substr(bracket)) && prompt.back() != ' ');
  auto rest = text.substr(bracket);
  Line probe;
  if (!known || !take_time(rest, probe)) return false;
  text.remove_prefix(bracket);
  return true;
}

enum class Taken : std::uint8_t { nothing, wrapping, prefix, brackets };

Taken prefix_if(bool taken) {
  return taken ? Taken::prefix : Taken::nothing;
}

Taken take_one(std::string_view& text, Line& line) {
  const char first = text.front();
  switch (first) {
    case '[':
      if (take_brackets(text, line)) return Taken::brackets;
      return skip_terminal_clock(text) ? Taken::wrapping : Taken::nothing;
    case ' ':
    case '\t':
      return Taken::nothing;
    case '<':
      return prefix_if(take_level(text, line));
    case '*':
      return take_printk_mark(text, line) ? Taken::wrapping : Taken::nothing;
    case '>':
      return skip_quote(text) ? Taken::wrapping : Taken::nothing;
    case '=':
      if (!is_pstore_heading(text)) return Taken::nothing;
      line.userspace = true;
      return Taken::wrapping;
    default:
      break;
  }
  if (is_digit(first)) {
    if (take_iso(text, line)) return Taken::wrapping;
    return prefix_if(take_unix_time(text, line));
  }
  if (first >= 'A' && first <= 'Z') {
    if (take_syslog(text, line)) return Taken::prefix;
    if (is_pstore_heading(text)) {
      line.userspace = true;
      return Taken::wrapping;
    }
  } else if (first >= 'a' && first <= 'z') {
    if (take_facility(text, line)) return Taken::prefix;
    if (first == 's' && take_ci_section(text, line)) return Taken::wrapping;
  }
  return skip_prompt(text) ? Taken::wrapping : Taken::nothing;
}

void take_layers(Line& line) {
  // Mail quotes mail, and CI systems, syslog, a level and the kernel's own brackets nest: deeper it does not
  // go.
  constexpr int kDeepest = 12;
  for (int layer = 0; layer < kDeepest && !line.text.empty(); ++layer) {
    const auto taken = take_one(line.text, line);
    if (taken == Taken::nothing) break;
    if (taken != Taken::wrapping) line.prefixed = true;
    // What follows the kernel's brackets is its text, even when it looks like a prefix again.
    if (taken == Taken::brackets || line.userspace) break;
  }
}

// "[  T123]" or "[    C0]" at its usual width.
bool take_usual_caller(const char* at, Line& line) {
  constexpr std::size_t kInside = 6;  // columns
  // Mostly the last line's caller goes on.
  const auto columns = load8(at);
  if (columns == line.caller_columns) {
    line.caller = line.usual_caller;
    return true;
  }
  std::size_t i = 1;
  while (i < kInside && at[i] == ' ') ++i;
  const char kind = at[i++];
  if ((kind != 'T' && kind != 'C') || i > kInside || at[kInside + 1] != ']') return false;
  std::uint32_t id = 0;
  for (; i <= kInside; ++i) {
    if (!is_digit(at[i])) return false;
    id = id * 10 + static_cast<std::uint32_t>(at[i] - '0');
  }
  line.caller_columns = columns;
  line.caller = line.usual_caller = {kind, id};
  return true;
}

// Columns of "[   12.345678] " and "[   12.345678][  T123] ".
constexpr std::size_t kPoint = 6, kTimeWidth = KernelTime::kStamp + 2, kCallerWidth = kTimeWidth + 8;
constexpr std::size_t kShortestUsual = kCallerWidth + 4;  // a line with such a prefix

// "[   12."
std::uint64_t seconds_columns(const char* at) {
  return load8(at) & 0xff'ffff'ffff'ffff;
}

// "[   12.345678]" at its usual width.
bool is_usual_stamp(const char* at, Line& line) {
  // Mostly the last line's second goes on.
  const auto columns = seconds_columns(at);
  if (columns != line.seconds_columns) {
    if (at[0] != '[' || at[kPoint] != '.' || !is_padded_number(columns >> 8)) return false;
    line.seconds_columns = columns;
  }
  return is_fraction(load8(at + kPoint));
}

// Whether further marks may follow: "(7)[17476:kworker/7:1]", "I[7:  swapper/7:    0]".
bool may_be_mark(const char* at) {
  static constexpr Characters kMarks("[(");
  return kMarks.has(at[0]) && at[1] != '<';  // "[<ffffffff81234567>]" is none
}

// Where the text begins behind the shape that nearly all lines have, "[   12.345678] " or
// "[   12.345678][  T123] " at its usual width; 0 if it is another. Any other is take_brackets()'s.
std::size_t take_usual_brackets(std::string_view raw, Line& line) {
  if (raw.size() < kShortestUsual || !is_usual_stamp(raw.data(), line)) return 0;
  std::size_t at = kTimeWidth;
  if (raw[at] != '[') {
    line.caller = {};
  } else {
    if (!take_usual_caller(raw.data() + at, line)) return 0;
    at = kCallerWidth;
  }
  at += raw[at] == ' ' ? 1 : 0;
  // A mark may stand behind a letter.
  if (may_be_mark(raw.data() + at) || may_be_mark(raw.data() + at + 1)) return 0;
  line.time.set_stamp(raw.data() + 1);
  return at;
}

// Cheap, and mostly told by what follows the first word: whether skip_kernel_tag() is worth a call.
bool may_have_kernel_tag(std::string_view text) {
  if (text.front() == ' ' || text.front() == '=') return false;
  if (text.size() <= sizeof(std::uint64_t)) return true;
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  const auto blanks = load8(text.data()) ^ 0x20 * kOnes;
  const auto first =
      static_cast<std::size_t>(std::countr_zero((blanks - kOnes) & ~blanks & 0x80 * kOnes)) / 8;
  return first == sizeof(std::uint64_t) || text[first + 1] == 'k';
}

// Any other shape. Not inlined: few lines have one.
[[gnu::noinline]] void take_unusual(Line& line) {
  if (line.text.front() == '[' && take_brackets(line.text, line))
    line.prefixed = true;
  else
    take_layers(line);
}

}  // namespace

std::optional<std::int64_t> KernelTime::micros() const {
  if (stamped_) {
    std::string_view text(stamp_.data(), stamp_.size());
    return take_seconds(text);
  }
  return micros_ < 0 ? std::nullopt : std::optional(micros_);
}

void read_line(std::string_view raw, std::uint64_t number, Line& line) {
  // Field by field, each once: clearing the whole of it would cost more than all that follows.
  line.number = number;
  line.raw = line.text = raw;
  line.level.reset();
  line.userspace = false;
  const auto at = line.usual_width = take_usual_brackets(raw, line);
  if (at != 0) {
    line.prefixed = true;
    line.text.remove_prefix(at);
    if (may_have_kernel_tag(line.text)) skip_kernel_tag(line.text);
    return;
  }
  line.caller = {};
  line.time.set({});
  line.prefixed = false;
  if (!raw.empty() && raw.front() != ' ') take_unusual(line);
}

std::size_t repeat_prefix(std::string_view next, Line& line) {
  const auto width = line.usual_width;
  if (width == 0 || next.size() < kShortestUsual) return 0;
  const char* const at = next.data();
  if (seconds_columns(at) != line.seconds_columns || !is_fraction(load8(at + kPoint)) ||
      at[width - 1] != ' ' || at[width] != ' ' || may_be_mark(at + width + 1))
    return 0;
  if (width > kTimeWidth + 1 && load8(at + kTimeWidth) != line.caller_columns) return 0;
  line.time.set_stamp(at + 1);
  return width;
}

std::optional<Line> glued_line(const Line& line, std::string_view& first) {
  constexpr std::int64_t kMoment = 1'000'000;  // microseconds; what quotes an earlier line comes later
  if (!may_be_glued(line)) return std::nullopt;
  for (auto at = line.text.find('['); at != std::string_view::npos; at = line.text.find('[', at + 1)) {
    const auto rest = line.text.substr(at);
    if (at == 0 || line.text[at - 1] == ' ' || !has_usual_stamp(rest)) continue;
    const auto second = read_line(rest, line.number);
    const auto time = second.time.micros(), before = line.time.micros();
    if (!time || !before || *time < *before || *time - *before > kMoment ||
        second.caller.known() != line.caller.known())
      continue;
    first = line.text.substr(0, at);
    return second;
  }
  return std::nullopt;
}

}  // namespace parser
