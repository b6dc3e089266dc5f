// What the elfutils of Debian 12 cannot unpack: zstd, as whole files (.ko.zst) and as debug sections
// (CONFIG_DEBUG_INFO_COMPRESSED_ZSTD).
#pragma once

#include <string>

namespace symbolize {

// An open file in memory that holds what `path` holds, without zstd; -1 where the file can be used as it is,
// or is so damaged that nothing comes out of it. The caller closes it.
int without_zstd(const std::string& path);

}  // namespace symbolize
