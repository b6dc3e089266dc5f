#include "cli/render/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace cli::render {
namespace {

constexpr std::array<const char*, 8> kLeftEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
constexpr std::array<const char*, 9> kLowerEighths{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

}  // namespace

std::string grouped(std::uint64_t value) {
  auto text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

std::string kib(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  const double value = static_cast<double>(bytes) / 1024;
  if (value >= 10 * 1024) return fixed(value / 1024, 1) + " MiB";
  if (bytes % 1024 == 0 || value >= 1000)
    return grouped(static_cast<std::uint64_t>(std::llround(value))) + " KiB";
  return fixed(value, 1) + " KiB";
}

std::string percent(double share) {
  const double value = share * 100;
  if (value > 0 && value < 1) return fixed(std::max(value, 0.1), 1) + " %";
  return fixed(value, 0) + " %";
}

std::string bar(double share, std::size_t width, bool unicode) {
  share = std::clamp(share, 0.0, 1.0);
  const auto eighths = static_cast<std::size_t>(std::llround(share * static_cast<double>(width) * 8));
  std::string text;
  if (!unicode) return std::string((eighths + 4) / 8, '#');
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kLeftEighths[eighths % 8];
}

std::string column(double share, bool unicode) {
  share = std::clamp(share, 0.0, 1.0);
  auto height = static_cast<std::size_t>(std::llround(share * 8));
  if (share > 0) height = std::max<std::size_t>(height, 1);
  if (!unicode) return std::string(1, " .:-=+*#%"[height]);
  return kLowerEighths[height];
}

}  // namespace cli::render
