#include "parser/kernel_image.h"

#include <algorithm>

#include "parser/prefix.h"
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

void KernelImages::feed(std::string_view chunk) {
  constexpr std::size_t kLongest = 4096;  // of a line that says something
  while (!chunk.empty()) {
    const auto newline = chunk.find('\n');
    const auto piece = chunk.substr(0, newline);
    chunk.remove_prefix(std::min(piece.size() + 1, chunk.size()));
    const bool whole = newline != std::string_view::npos;
    if (whole && held_.empty()) {
      read(piece);
      continue;
    }
    held_.append(piece.substr(0, kLongest - std::min(kLongest, held_.size())));
    if (!whole) return;
    read(held_);
    held_.clear();
  }
}

void KernelImages::end_input() {
  read(held_);
  held_.clear();
}

void KernelImages::read(std::string_view line) {
  if (line.find("Comm: ") == std::string_view::npos && line.find("Kernel Offset: ") == std::string_view::npos)
    return;
  const auto text = read_line(line, 0).text;
  if (const auto id = read_kernel_build_id(text); !id.empty() && build_ids_.size() < kMost)
    build_ids_.emplace(id);
  if (const auto offset = read_kernel_offset(text); offset && offsets_.size() < kMost)
    offsets_.insert(*offset);
}

}  // namespace parser
