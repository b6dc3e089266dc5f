#include "parser/kmsg.h"

#include <algorithm>

#include "parser/scan.h"

namespace parser {
namespace {

// "\x0a" -> a newline. An escape that is none stays as it is.
void unescape(std::string_view escaped, std::string& text) {
  text.clear();
  while (!escaped.empty()) {
    const auto slash = std::min(escaped.find('\\'), escaped.size());
    text.append(escaped.substr(0, slash));
    escaped.remove_prefix(slash);
    if (escaped.empty()) return;
    auto code = escaped.substr(0, 4);
    std::optional<unsigned> byte;
    if (code.size() == 4 && skip(code, "\\x")) byte = to_number<unsigned>(code, 16);
    text.push_back(byte ? static_cast<char>(*byte) : '\\');
    escaped.remove_prefix(byte ? 4 : 1);
  }
}

}  // namespace

std::optional<Line> read_kmsg(std::string_view raw, std::string& text) {
  Line line;
  const auto priority = take_number<unsigned>(raw);
  if (!priority || *priority > 1023 || !skip(raw, ",")) return std::nullopt;
  if (!take_number<std::uint64_t>(raw) || !skip(raw, ",")) return std::nullopt;
  line.time.set(take_number<std::int64_t>(raw));
  if (!line.time.micros() || !skip(raw, ",")) return std::nullopt;
  // "-" a whole line, "c" a fragment, "+" the next one; further fields may follow, known or not.
  const auto end = raw.find(';');
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  auto fields = raw.substr(0, end);
  if (fields.front() != '-' && fields.front() != 'c' && fields.front() != '+') return std::nullopt;
  fields.remove_prefix(1);
  while (skip(fields, ",")) {
    const auto comma = std::min(fields.find(','), fields.size());
    auto field = fields.substr(0, comma);
    if (skip(field, "caller=") && !field.empty() && (field.front() == 'T' || field.front() == 'C')) {
      if (const auto id = to_number<std::uint32_t>(field.substr(1))) line.caller = {field.front(), *id};
    }
    fields.remove_prefix(comma);
  }
  if (!fields.empty()) return std::nullopt;
  line.level = static_cast<int>(*priority & 7);
  line.prefixed = true;
  line.userspace = *priority > 7;  // the facility is not the kernel's: a program wrote to /dev/kmsg
  unescape(raw.substr(end + 1), text);
  line.text = text;
  return line;
}

bool is_kmsg_key(std::string_view raw) {
  if (raw.empty() || raw.front() != ' ') return false;
  const auto equals = raw.find('=');
  if (equals == std::string_view::npos || equals < 2) return false;
  const auto key = raw.substr(1, equals - 1);
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c); });
}

}  // namespace parser
