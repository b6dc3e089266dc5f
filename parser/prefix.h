// What stands before the kernel's own text on a line: time, level, caller, and what syslog or journald add.
// Shapes are told per line, so one log may mix them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace parser {

// Who printed a line: "[  T123]" a thread, "[    C0]" a CPU in interrupt context (CONFIG_PRINTK_CALLER).
struct Caller {
  char kind = 0;  // 'T', 'C', or 0 where the line does not say
  std::uint32_t id = 0;

  bool known() const { return kind != 0; }
  // One number for maps; 0 is "not said".
  std::uint64_t key() const {
    return kind == 0 ? 0 : (std::uint64_t{static_cast<unsigned char>(kind)} << 32) | id;
  }
};

struct Line {
  std::uint64_t number = 0;  // from 1
  std::string_view text;     // the kernel's text; leading spaces are its own
  Caller caller;
  std::optional<int> level;             // 0..7
  std::optional<std::int64_t> time_us;  // kernel time, microseconds
  bool prefixed = false;                // anything was taken off the front
  bool userspace = false;               // a syslog line whose tag is not "kernel"
};

// Takes the prefixes off `raw`. Never fails: an unknown shape is all text.
Line read_line(std::string_view raw, std::uint64_t number);

}  // namespace parser
