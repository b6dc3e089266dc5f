// What a text renderer may assume of the place it writes to.
#pragma once
#include <algorithm>
#include <cstddef>

namespace cli::render {

inline constexpr std::size_t kUnlimited = 10'000;
inline constexpr std::size_t kProse = 118;  // no wider, whatever the screen: long lines are hard to read

struct Screen {
  std::size_t width = kUnlimited;  // columns
  std::size_t height = 0;          // rows; 0: no screen, but a file or pipe
  bool color = false;
  bool unicode = true;
};

inline std::size_t prose_width(const Screen& screen) {
  return std::min(screen.width, kProse);
}

}  // namespace cli::render
