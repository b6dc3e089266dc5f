// Numbers as people read them, and bars.
#pragma once
#include <cstdint>
#include <string>

namespace cli::render {

// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t value);
// Bytes: "512 B", "32.4 KiB", "4,736 KiB", "11.6 MiB". KiB up to 10 MiB, since that is how pools are counted.
std::string kib(std::uint64_t bytes);
// 0.789 -> "79 %", 0.004 -> "0.4 %", 0 -> "0 %"
std::string percent(double share);
// "1.20"
std::string fixed(double value, int digits);
// A horizontal bar of `share` (0..1) of `width` columns, in eighths.
std::string bar(double share, std::size_t width, bool unicode);
// One column of a histogram: " ", then eight heights; a share above 0 is never invisible.
std::string column(double share, bool unicode);

}  // namespace cli::render
