// A few lines of source around a place.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/render/screen.h"
#include "symbolize/query.h"

namespace cli::render {

struct SourceLine {
  unsigned number = 0;
  std::string text;
};

// The lines around a place, empty where the source is not there.
using Sources = std::function<std::vector<SourceLine>(const std::string& file, unsigned line)>;

// The excerpt at the place whose line the frame's address has: in what was inlined last, else in the frame
// itself. Each line ends in `end`; empty without sources.
std::string source_excerpt(const symbolize::Location& location, const Sources& sources, std::string_view end,
                           const Screen& screen);

}  // namespace cli::render
