#include "cli/render/table.h"

#include <algorithm>
#include <utility>

#include "cli/render/escape.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

constexpr std::size_t kGap = 3;       // between columns
constexpr std::size_t kIndent = 2;    // before the name
constexpr std::size_t kShortest = 8;  // a name that is cut keeps so much

std::string blanks(std::size_t width, std::string_view text) {
  return std::string(width - std::min(width, columns(text)), ' ');
}

}  // namespace

void Table::add(std::string name, std::vector<std::string> cells, bool marked) {
  rows_.push_back({std::move(name), std::move(cells), marked});
}

std::string Table::text(const Screen& screen) const {
  std::size_t name_width = 0;
  std::vector<std::size_t> widths;
  int rank = 0;
  for (const auto& column : columns_) {
    widths.push_back(columns(column.title));
    rank = std::max(rank, column.rank);
  }
  for (const auto& row : rows_) {
    name_width = std::max(name_width, columns(row.name));
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns(row.cells[i]));
  }
  std::size_t needed = 0;
  for (;; --rank) {
    needed = kIndent;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (columns_[i].rank <= rank) needed += widths[i] + kGap;
    if (rank == 0 || needed + name_width <= screen.width) break;
  }
  name_width = std::min(name_width, std::max(kShortest, screen.width - std::min(screen.width, needed)));

  const auto line = [&](const std::string& name, bool marked, const auto& cell) {
    const auto fitting = cut(name, name_width);
    auto text = std::string(kIndent, ' ') + fitting + blanks(name_width, fitting);
    if (marked) text = styled(screen, Style::green, text);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].rank > rank) continue;
      const std::string& value = cell(i);
      const auto fill = blanks(widths[i], value);
      text += std::string(kGap, ' ') + (columns_[i].left ? value + fill : fill + value);
    }
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
  };
  auto out = line("", false, [&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_)
    out += line(row.name, row.marked, [&](std::size_t i) -> const std::string& { return row.cells[i]; });
  return out;
}

}  // namespace cli::render
