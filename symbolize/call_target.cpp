#include "symbolize/call_target.h"

#include <elf.h>

#include <algorithm>

namespace symbolize {
namespace {

std::uint32_t little_endian(std::span<const unsigned char> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

}  // namespace

std::optional<std::uint64_t> call_target(const ElfFile& file, std::uint64_t address) {
  constexpr std::size_t kX86Call = 5;  // e8 and a 32-bit distance from the next instruction
  constexpr std::size_t kArm64Call = 4;
  const bool x86 = file.machine() == EM_X86_64;
  if (file.relocatable() || (!x86 && file.machine() != EM_AARCH64)) return std::nullopt;
  const std::size_t length = x86 ? kX86Call : kArm64Call;
  for (const Section& section : file.sections()) {
    if (!section.executable || address <= section.address || address - section.address > section.bytes.size())
      continue;
    const auto behind = static_cast<std::size_t>(address - section.address);
    if (behind < length) return std::nullopt;
    const auto code = section.bytes.subspan(behind - length, length);
    if (x86) {
      if (code[0] != 0xe8) return std::nullopt;
      return address + static_cast<std::uint64_t>(static_cast<std::int32_t>(little_endian(code.subspan(1))));
    }
    // bl: 100101 and a signed distance of 26 bits, in instructions, from itself
    const std::uint32_t instruction = little_endian(code);
    if (instruction >> 26 != 0x25) return std::nullopt;
    const auto distance = static_cast<std::int32_t>(instruction << 6) >> 4;
    return address - kArm64Call + static_cast<std::uint64_t>(std::int64_t{distance});
  }
  return std::nullopt;
}

}  // namespace symbolize
