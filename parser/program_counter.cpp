#include "parser/program_counter.h"

#include <algorithm>

#include "parser/scan.h"

namespace parser {
namespace {

// Numbers and brackets that stand before the symbol: "0010:[<ffffffff83408ca0>]  [<ffffffff83408ca0>] ",
// "9000000000223456 ", "0060:[<c105b9a0>] "
std::string_view from_symbol(std::string_view text) {
  for (;;) {
    text = trim_left(text);
    if (text.starts_with("0x")) return text;
    const auto end = text.starts_with('[') ? text.find(']') : text.find_first_of(": [");
    if (end == std::string_view::npos || end == 0) return text;
    const auto word = text.substr(0, end + (text.front() == '[' ? 1 : 0));
    const bool number = std::all_of(word.begin(), word.end(), [](char c) {
      return is_hex(c) || c == '[' || c == ']' || c == '<' || c == '>';
    });
    if (!number) return text;
    text.remove_prefix(std::min(text.size(), word.size() + (word.front() == '[' ? 0 : 1)));
  }
}

}  // namespace

std::optional<std::string_view> read_program_counter(std::string_view body) {
  // "RIP:", "EIP:", "IP:", "PC is at ", "pc : ", "epc : ", "NIP [", "ERA: ", "era   : ", "Krnl PSW : "
  constexpr std::string_view kFirsts = "REIPpeNK";
  if (body.size() < 8 || kFirsts.find(body.front()) == std::string_view::npos) return std::nullopt;
  auto text = body;
  if (skip(text, "RIP:") || skip(text, "EIP:") || skip(text, "IP:") || skip(text, "PC is at ") ||
      skip(text, "pc : ") || skip(text, "epc : ") || skip(text, "NIP [")) {
    if (body.front() == 'N') text.remove_prefix(std::min(text.size(), text.find(']') + 1));
  } else if (skip(text, "epc   : ") || skip(text, "ERA: ") || skip(text, "era   : ")) {
  } else if (skip(text, "Krnl PSW : ")) {
    const auto open = text.find('(');
    if (open == std::string_view::npos || text.back() != ')') return std::nullopt;
    text = text.substr(open + 1, text.size() - open - 2);
  } else {
    return std::nullopt;
  }
  text = from_symbol(text);
  // User space has no symbols here.
  if (text.empty() || is_digit(text.front()) || text.find("+0x") == std::string_view::npos)
    return std::nullopt;
  return text;
}

}  // namespace parser
