#include "cli/render/frame_text.h"

#include <array>
#include <charconv>

namespace cli::render {

std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string stored_frame_text(const parser::Frame& frame) {
  if (frame.symbol.empty()) return hex(frame.address);
  auto text = std::string(frame.symbol) + "+" + hex(frame.offset);
  if (frame.size != 0) text += "/" + hex(frame.size);
  if (!frame.module.empty()) text.append(" [").append(frame.module).append("]");
  return text;
}

std::string frame_text(const parser::Frame& frame) {
  auto text = stored_frame_text(frame);
  if (!frame.file.empty()) text.append(" ").append(frame.file).append(":").append(std::to_string(frame.line));
  return text;
}

}  // namespace cli::render
