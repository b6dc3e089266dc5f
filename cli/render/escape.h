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

// For Markdown, as a code span within a table: no markup, link, mention or reference to an issue comes out of
// it.
std::string markdown_code(std::string_view text);

// How many columns `text`, already safe, takes: one per code point, none for combining marks.
std::size_t columns(std::string_view text);

// `text`, already safe, cut to `width` columns with an ellipsis where something is missing.
std::string cut(std::string_view text, std::size_t width);

// `text`, already safe, broken at blanks so that no line is wider than `width`; further lines begin with
// `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace cli::render
