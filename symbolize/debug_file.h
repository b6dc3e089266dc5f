// Distributions split the debug information off. This finds it again, by build-id or by .gnu_debuglink.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "symbolize/elf_file.h"

namespace symbolize {

// Paths where the debug file of `file` may be, best first: DIR/.build-id/ab/cdef.debug, then its debug link
// beside it, in .debug/ beside it, and under each DIR. Not checked for existence.
std::vector<std::string> debug_file_paths(const ElfFile& file, std::span<const std::string> debug_dirs);

// Opens the first of these that has DWARF and the same build-id; fails with what was tried.
Result<ElfFile> open_debug_file(const ElfFile& file, std::span<const std::string> debug_dirs);

}  // namespace symbolize
