#include "cli/render/source_excerpt.h"

#include "cli/render/escape.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

constexpr std::size_t kTab = 8;  // columns, as kernel sources have them
constexpr std::size_t kMostCodeColumns = 160;

std::string without_tabs(std::string_view text) {
  std::string spaced;
  for (const char c : text) {
    if (c == '\t')
      spaced.append(kTab - spaced.size() % kTab, ' ');
    else if (c != '\r')
      spaced.push_back(c);
  }
  return spaced;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

std::string source_excerpt(const symbolize::Location& location, const Sources& sources, std::string_view end,
                           const Screen& screen) {
  if (!sources) return {};
  const bool inlined = !location.inlined.empty();
  const auto& file = inlined ? location.inlined.front().file : location.file;
  const auto line = inlined ? location.inlined.front().line : location.line;
  const auto lines = sources(file, line);
  std::string text;
  for (const auto& source : lines) {
    const auto number = right(std::to_string(source.number), std::to_string(lines.back().number).size());
    const auto code = cut(for_terminal(without_tabs(source.text)), kMostCodeColumns);
    auto row = (source.number == line ? "      > " : "        ") + number + " | " + code;
    while (row.ends_with(' ')) row.pop_back();
    text += (source.number == line ? row : styled(screen, Style::dim, row)).append(end);
  }
  return text;
}

}  // namespace cli::render
