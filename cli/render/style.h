// Colours, where the screen has them.
#pragma once
#include <string>
#include <string_view>

#include "cli/render/screen.h"

namespace cli::render {

enum class Style { bold, red, green, yellow, dim };

inline std::string styled(const Screen& screen, Style style, std::string_view text) {
  if (!screen.color) return std::string(text);
  constexpr const char* kCodes[] = {"\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m"};
  return std::string(kCodes[static_cast<int>(style)]).append(text).append("\x1b[0m");
}

}  // namespace cli::render
