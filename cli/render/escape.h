// The one place where text out of a log becomes safe to print.
#pragma once
#include <string>
#include <string_view>

namespace cli::render {

// For a terminal: control characters, C1 controls, bidirectional overrides and bytes that are no UTF-8 come
// out as
// "\x1b" or "\u202e"; everything else as it is. Tabs become a space.
std::string for_terminal(std::string_view text);

// Valid UTF-8 for JSON and other formats that escape controls by themselves: bad bytes become U+FFFD.
std::string valid_utf8(std::string_view text);

// For HTML, as text or as a value in double quotes: what for_terminal() makes visible, then & < > " ' as
// character references. The result is valid in UTF-8 documents whatever the bytes were.
std::string for_html(std::string_view text);

// For XML 1.0, in text and in attributes: what XML has no way to say comes out as U+FFFD, line ends in
// attributes stay what they are.
std::string for_xml(std::string_view text);

// A message of a GitHub workflow command, and a value among its properties.
std::string for_github_message(std::string_view text);
std::string for_github_property(std::string_view text);

// One line of Markdown code, whatever is in it; in a cell of a table, too.
std::string markdown_code(std::string_view text);
// The same as a block of its own, and a newline.
std::string markdown_block(std::string_view text);

// A path as a relative reference of RFC 3986, which SARIF wants.
std::string for_uri(std::string_view path);

// How many columns `text`, already safe, takes: one per code point, none for combining marks.
std::size_t columns(std::string_view text);

// `text`, already safe, cut to `width` columns with an ellipsis where something is missing.
std::string cut(std::string_view text, std::size_t width);

// `text`, already safe, broken at blanks so that no line is wider than `width`; further lines begin with
// `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace cli::render
