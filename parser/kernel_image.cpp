#include "parser/kernel_image.h"

#include <algorithm>

#include "parser/scan.h"

namespace parser {

std::optional<std::uint64_t> read_kernel_offset(std::string_view text) {
  if (!skip(text, "Kernel Offset: ")) return std::nullopt;
  if (text.starts_with("disabled")) return 0;
  if (!skip(text, "0x")) return std::nullopt;
  return take_number<std::uint64_t>(text, 16);
}

std::string_view read_kernel_build_id(std::string_view text) {
  constexpr std::size_t kDigits = 40;  // SHA-1, which is what the kernel has room for
  text = trim_right(text);
  if (!text.starts_with("CPU: ") || text.find(" Comm: ") == std::string_view::npos) return {};
  const auto word = text.substr(text.rfind(' ') + 1);
  return word.size() == kDigits && std::all_of(word.begin(), word.end(), is_hex) ? word : std::string_view();
}

}  // namespace parser
