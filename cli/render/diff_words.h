// What the texts about a difference share.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cli/comparison.h"

namespace cli::render {

// "+1,024", "-3", "0"
std::string signed_count(const Pair<std::uint64_t>& pair);
// "+16 KiB", "-512 B", "0 B"
std::string signed_kib(const Pair<std::uint64_t>& pair);
// "3 -> 15"
std::string from_to(const Pair<std::uint64_t>& pair);
// "dmesg.txt", or "12 inputs"; not escaped
std::string side_name(const std::vector<InputFacts>& inputs);
// "3 new, 1 gone, 2 grown, 0 shrunk, 20 as before"
std::string stack_counts(const Comparison& comparison);
// Why keys may not meet; empty if nothing is wrong with them.
std::string key_note(const Comparison& comparison);
// 16 digits
std::string key_text(std::uint64_t key);

}  // namespace cli::render
