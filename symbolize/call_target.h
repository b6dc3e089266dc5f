// Which function a call went to, read from the code itself: that settles which of several functions of one
// name a trace means.
#pragma once

#include <cstdint>
#include <optional>

#include "symbolize/elf_file.h"

namespace symbolize {

// The target of the direct call that returns to `address` (link-time). Nothing where the code before it is no
// direct call, where the file has no code (a debug file), or relocations still to be done, or is of a machine
// other than x86 and arm64.
std::optional<std::uint64_t> call_target(const ElfFile& file, std::uint64_t address);

}  // namespace symbolize
