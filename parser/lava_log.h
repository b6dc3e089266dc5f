// A job's log as LAVA keeps it, one YAML flow mapping a line:
//   - {"dt": "2024-01-25T17:37:24.123456", "lvl": "target", "msg": "[   12.345678] BUG: KASAN: ..."}
//   - {dt: '2018-06-01T12:00:00.000000', lvl: target, msg: '[   12.345678] it''s quoted'}
#pragma once
#include <string>
#include <string_view>

namespace parser {

enum class LavaLine : std::uint8_t {
  none,    // no such line, or one that cannot be read
  target,  // what the machine under test printed; prefixes and all
  own,     // LAVA's own words
};

// What the line is, and the text of `msg` in `text`.
LavaLine read_lava(std::string_view raw, std::string& text);

}  // namespace parser
