// Rows of numbers under titles; where a screen has no room for all columns, those of the highest rank go.
#pragma once
#include <string>
#include <vector>

#include "cli/render/screen.h"

namespace cli::render {

class Table {
 public:
  struct Column {
    std::string title;
    int rank = 0;       // 0 stays whatever the width
    bool left = false;  // a bar begins at the left; numbers end at the right
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // `name` and the cells are safe to print. `marked`: stands out in colour.
  void add(std::string name, std::vector<std::string> cells, bool marked = false);
  std::string text(const Screen& screen) const;

 private:
  struct Row {
    std::string name;
    std::vector<std::string> cells;
    bool marked = false;
  };

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace cli::render
