// Records of /dev/kmsg: "3,100,12345678,-,caller=T123;text\x0amore text", then " KEY=value" lines
// (Documentation/ABI/testing/dev-kmsg, kernel/printk/printk.c).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/prefix.h"

namespace parser {

// Cheap: whether read_kmsg() is worth a call.
inline bool may_be_kmsg(std::string_view raw) {
  const auto comma = raw.substr(0, 5).find(',');
  return comma != std::string_view::npos && comma > 0 && raw.front() >= '0' && raw.front() <= '9';
}

// The record in `raw`, its text unescaped in `text`: a newline in it parts two lines. The line's own text is
// a view of `text`. Empty if it is no record.
std::optional<Line> read_kmsg(std::string_view raw, std::string& text);

// " SUBSYSTEM=acpi" below a record: a device's name, no text of the kernel's
bool is_kmsg_key(std::string_view raw);

}  // namespace parser
