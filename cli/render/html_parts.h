// What our pages are made of. Each part takes text as it is and appends to a page; charts carry their figures
// in a table beside them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/icicle.h"
#include "cli/render/html_writer.h"

namespace cli::render {

// A place within the page: (id, name).
using Contents = std::vector<std::pair<std::string, std::string>>;

// Everything up to the first section: head with the style sheet and a policy that lets nothing in or out,
// skip link, heading, a line about the input, contents.
void begin_page(Html& html, std::string_view title, std::string_view heading, std::string_view about,
                const Contents& contents);
// The whole document.
std::string end_page(Html& html);

void begin_section(Html& html, std::string_view id, std::string_view heading);
void end_section(Html& html);

// One figure with its name and what there is to say about it.
struct Tile {
  std::string value, name, note;
};
void tiles(Html& html, const std::vector<Tile>& tiles);

struct TableColumn {
  std::string_view name;
  bool number = false;
};
struct TableCell {
  // A row is written as a list of words; each becomes a cell by itself.
  TableCell(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
  TableCell(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
  TableCell(std::string words, std::string target) : text(std::move(words)), link(std::move(target)) {}
  std::string text;
  std::string link;  // "#id" in the page, or none
};
// The first cell of a row is its header. Tables that are too wide scroll by themselves.
void table(Html& html, std::string_view caption, const std::vector<TableColumn>& columns,
           const std::vector<std::vector<TableCell>>& rows);

// Parts of a whole side by side. `legend` names them; colours are theirs by position, seven at most.
struct Bar {
  std::string name, note;
  std::vector<std::uint64_t> parts;
};
void stacked_bars(Html& html, std::string_view label, const std::vector<std::string>& legend,
                  const std::vector<Bar>& bars, std::string (*figure)(std::uint64_t));

// One bar per row against the largest, or against a limit that the row knows.
struct Level {
  std::string name, figure;
  double share = 0;  // 0..1
};
void levels(Html& html, std::string_view label, const std::vector<Level>& levels);

// Upright bars with their names below.
void histogram(Html& html, std::string_view label,
               const std::vector<std::pair<std::string, std::uint64_t>>& bins);

// `unit` of the weights: "saves", "bytes". With a table of the same boxes, folded.
void icicle(Html& html, std::string_view label, std::string_view unit, const Icicle& icicle);

// A remark.
void note(Html& html, std::string_view text);

}  // namespace cli::render
