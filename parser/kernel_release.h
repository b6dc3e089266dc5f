// Which kernel speaks: the banner of a boot and the release in the line that dump_stack prints.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/model.h"

namespace parser {

// "Linux version 6.12.117-lab (lab@lab) (gcc (Debian 12.2.0) 12.2.0, ...) #2 SMP ..."
std::optional<Boot> read_banner(std::string_view text, std::uint64_t line);

// "CPU: 0 UID: 0 PID: 209 Comm: init Tainted: G    B   W  O       6.12.117-lab #2  89486221..."
struct CpuLine {
  std::int64_t cpu = 0;
  std::int64_t pid = 0;
  std::string_view comm;
  std::string_view release;
};
std::optional<CpuLine> read_cpu_line(std::string_view text);

// "stackdepot hash table entries: 32768 (order: 7, 524288 bytes, linear)", printed from v6.0 on: the order of
// the table, 15. The one in the line is of its pages.
std::optional<std::uint32_t> read_hash_order(std::string_view text);

}  // namespace parser
