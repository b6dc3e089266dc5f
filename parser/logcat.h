// Android's `logcat -b kernel`: "01-25 17:37:24.123     0     0 E         : text", with the year before it
// (-v year) or not. logd takes a word and a colon at the front of a kernel line for a tag and pads it:
// "E BUG     : KASAN: ..." was "BUG: KASAN: ...".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/prefix.h"

namespace parser {

// Cheap: whether read_logcat() is worth a call.
inline bool may_be_logcat(std::string_view raw) {
  return raw.size() > 30 && (raw[2] == '-' || raw[4] == '-') && raw.find(' ') <= 10;
}

// The line's text is in `text`. Empty if the line is none of logcat's. Lines of programs (another pid than 0)
// have Line::userspace set.
std::optional<Line> read_logcat(std::string_view raw, std::string& text);

}  // namespace parser
