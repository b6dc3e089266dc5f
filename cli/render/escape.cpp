#include "cli/render/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace cli::render {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;
  bool valid = false;
};

// The code point at the front of `text`, which is not empty. Overlong forms, surrogates and values above
// U+10FFFF are not valid.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xf0 && first <= 0xf4  ? 4
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xc2 && first < 0xe0 ? 2
                                                             : 0;
  if (length == 0 || text.size() < length) return {};
  char32_t value = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length, true};
}

// Controls, bidirectional marks, invisible characters and those that Unicode keeps out of any interchange.
bool steers_the_terminal(char32_t c) {
  const bool noncharacter = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f) || noncharacter;
}

void append_escaped(std::string& out, const char* format, std::uint32_t value) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  out += buffer.data();
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode(text);
    if (!point.valid)
      append_escaped(out, "\\x%02x", static_cast<unsigned char>(text.front()));
    else if (point.value == '\t')
      out += ' ';
    else if (steers_the_terminal(point.value))
      append_escaped(out, point.value < 0x100 ? "\\x%02x" : "\\u%04x", point.value);
    else
      out += text.substr(0, point.length);
    text.remove_prefix(point.length);
  }
  return out;
}

std::string for_html(std::string_view text) {
  std::string out;
  for (const char c : for_terminal(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode(text);
    out += point.valid ? text.substr(0, point.length) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(point.length);
  }
  return out;
}

std::string for_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode(text);
    const auto c = point.value;
    const bool sayable = point.valid && (c >= 0x20 || c == '\t' || c == '\n') && c != 0xfffe && c != 0xffff &&
                         !(c >= 0x7f && c < 0xa0);
    if (!sayable)
      out += "\xef\xbf\xbd";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\t')
      out += "&#9;";
    else if (c == '\n')
      out += "&#10;";
    else
      out += text.substr(0, point.length);
    text.remove_prefix(point.length);
  }
  return out;
}

std::string for_github_message(std::string_view text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string for_github_property(std::string_view text) {
  std::string out;
  for (const char c : for_github_message(text)) {
    if (c == ':')
      out += "%3A";
    else if (c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

namespace {

std::size_t longest_run(std::string_view text, char mark) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == mark ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_code(std::string_view text) {
  const auto safe = for_terminal(text);
  const std::string fence(longest_run(safe, '`') + 1, '`');
  std::string cell;
  // A bar ends a cell even within code, but for this.
  for (const char c : safe) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  const bool pad = safe.empty() || safe.front() == '`' || safe.back() == '`' || safe.front() == ' ';
  return fence + (pad ? " " : "") + cell + (pad ? " " : "") + fence;
}

std::string markdown_block(std::string_view text) {
  const std::string fence(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
  auto out = fence + "text\n";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    out += for_terminal(line) + "\n";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out + fence + "\n";
}

std::string for_uri(std::string_view path) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,;=@";
  std::string out;
  // A colon in the first part would make it a scheme; it is encoded everywhere.
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      append_escaped(out, "%%%02X", static_cast<unsigned char>(c));
  }
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto point = decode(text);
    const bool combining = point.value >= 0x300 && point.value <= 0x36f;
    if (!combining) ++count;
    text.remove_prefix(point.length);
  }
  return count;
}

std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t at = 0;
  for (std::size_t count = 0; count + 1 < width; ++count) at += decode(text.substr(at)).length;
  return std::string(text.substr(0, at)) + "\xe2\x80\xa6";
}

std::string wrapped(std::string_view text, std::size_t width, std::string_view indent) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto space = text.find(' ', text.find_first_not_of(' '));
    const auto word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space);
    if (used > indent.size() && used + columns(word) > width) {
      out.append("\n").append(indent);
      const auto bare = word.substr(std::min(word.find_first_not_of(' '), word.size()));
      out += bare;
      used = indent.size() + columns(bare);
    } else {
      out += word;
      used += columns(word);
    }
  }
  return out + "\n";
}

}  // namespace cli::render
