#include "parser/lava_log.h"

#include <algorithm>
#include <optional>

#include "parser/scan.h"

namespace parser {
namespace {

void append_utf8(std::uint32_t code, std::string& text) {
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text.push_back(static_cast<char>(0xc0 | (code >> 6)));
    text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    text.push_back(static_cast<char>(0xe0 | (code >> 12)));
    text.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    text.push_back(static_cast<char>(0xf0 | ((code >> 18) & 7)));
    text.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3f)));
    text.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// The escape behind a backslash in a double-quoted YAML scalar, JSON's included.
bool take_escape(std::string_view& rest, std::string& text) {
  if (rest.empty()) return false;
  const char kind = rest.front();
  rest.remove_prefix(1);
  constexpr std::string_view kNames = "0abtnvfre \"/\\";
  constexpr std::string_view kBytes{"\0\a\b\t\n\v\f\r\x1b \"/\\", 13};
  if (const auto known = kNames.find(kind); known != std::string_view::npos) {
    text.push_back(kBytes[known]);
    return true;
  }
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0 || rest.size() < digits) return false;
  const auto code = to_number<std::uint32_t>(rest.substr(0, digits), 16);
  if (!code || *code > 0x10ffff) return false;
  append_utf8(*code, text);
  rest.remove_prefix(digits);
  return true;
}

// A quoted or plain scalar at the front of `rest`.
bool take_scalar(std::string_view& rest, std::string& text) {
  text.clear();
  if (rest.empty()) return false;
  const char quote = rest.front();
  if (quote != '"' && quote != '\'') {
    const auto end = rest.find_first_of(",}");
    if (end == std::string_view::npos || quote == '{' || quote == '[') return false;
    text = trim_right(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const auto plain = std::min(rest.find_first_of(quote == '"' ? "\"\\" : "'"), rest.size());
    text.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) return false;
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\') {
      if (!take_escape(rest, text)) return false;
    } else if (quote == '\'' && skip(rest, "'")) {
      text.push_back('\'');
    } else {
      return true;
    }
  }
  return false;
}

bool take_key(std::string_view& rest, std::string& key) {
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\''))
    return take_scalar(rest, key) && skip(rest, ":");
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || colon > 32) return false;
  key = rest.substr(0, colon);
  rest.remove_prefix(colon + 1);
  return true;
}

}  // namespace

LavaLine read_lava(std::string_view raw, std::string& text) {
  if (!skip(raw, "- {")) return LavaLine::none;
  std::string key, value;
  std::optional<std::string> message, level;
  for (;;) {
    raw = trim_left(raw);
    if (!take_key(raw, key)) return LavaLine::none;
    raw = trim_left(raw);
    if (!take_scalar(raw, value)) {
      // Results and the like hold a mapping there.
      if (!level || *level == "target") return LavaLine::none;
      text.clear();
      return LavaLine::own;
    }
    if (key == "msg") message = value;
    if (key == "lvl") level = value;
    raw = trim_left(raw);
    if (skip(raw, ",")) continue;
    if (!skip(raw, "}")) return LavaLine::none;
    break;
  }
  if (!level || !message) return LavaLine::none;
  text = *message;
  return *level == "target" || *level == "feedback" ? LavaLine::target : LavaLine::own;
}

}  // namespace parser
