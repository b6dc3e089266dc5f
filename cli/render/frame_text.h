// Frames and addresses as text.
#pragma once
#include <cstdint>
#include <string>

#include "parser/frame_table.h"

namespace cli::render {

// "0x1f"
std::string hex(std::uint64_t value);
// "symbol+0x1f/0x40 [module]", "0xffffffff81234567"
std::string frame_text(const parser::Frame& frame);
// The same without the source line, as stack lists have it: what tells it from other frames of the depot.
std::string stored_frame_text(const parser::Frame& frame);

}  // namespace cli::render
