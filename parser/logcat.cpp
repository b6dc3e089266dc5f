#include "parser/logcat.h"

#include "parser/scan.h"

namespace parser {
namespace {

// `shape`: '0' stands for a digit, anything else for itself
bool skip_shape(std::string_view& text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '0' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
  text.remove_prefix(shape.size());
  return true;
}

// The kernel's level for logd's letter; logd makes V and D of 7, I of 6 and 5, and so on.
std::optional<int> level_of(char priority) {
  switch (priority) {
    case 'V':
    case 'D':
      return 7;
    case 'I':
      return 6;
    case 'W':
      return 4;
    case 'E':
      return 3;
    case 'F':
    case 'A':
      return 2;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Line> read_logcat(std::string_view raw, std::string& text) {
  skip_shape(raw, "0000-");
  if (!skip_shape(raw, "00-00 00:00:00.000")) return std::nullopt;
  while (!raw.empty() && is_digit(raw.front())) raw.remove_prefix(1);
  raw = trim_left(raw);
  const auto pid = take_number<std::uint32_t>(raw);
  if (!pid || !raw.starts_with(" ")) return std::nullopt;
  raw = trim_left(raw);
  if (!take_number<std::uint32_t>(raw) || raw.size() < 3 || raw[0] != ' ' || raw[2] != ' ')
    return std::nullopt;
  const auto level = level_of(raw[1]);
  const auto colon = raw.find(": ", 3);
  const bool bare_end = colon == std::string_view::npos && raw.ends_with(":");
  if (!level || (colon == std::string_view::npos && !bare_end)) return std::nullopt;
  const auto end = bare_end ? raw.size() - 1 : colon;
  const auto tag = trim_right(raw.substr(3, end - 3));
  raw.remove_prefix(std::min(end + 2, raw.size()));

  // The kernel's own prefix may be there as well.
  auto line = read_line(raw, 0);
  text.assign(tag);
  if (!tag.empty()) text += ": ";
  text += line.text;
  line.text = text;
  line.level = line.level ? line.level : level;
  line.prefixed = true;
  line.userspace = *pid != 0;
  return line;
}

}  // namespace parser
