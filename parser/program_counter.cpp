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
    const auto closes = [bracket = text.starts_with('[')](char c) {
      return bracket ? c == ']' : c == ':' || c == ' ' || c == '[';
    };
    const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), closes) - text.begin());
    if (end == text.size() || end == 0) return text;
    const auto word = text.substr(0, end + (text.front() == '[' ? 1 : 0));
    const bool number = std::all_of(word.begin(), word.end(), [](char c) {
      return is_hex(c) || c == '[' || c == ']' || c == '<' || c == '>';
    });
    if (!number) return text;
    text.remove_prefix(std::min(text.size(), word.size() + (word.front() == '[' ? 0 : 1)));
  }
}

// The name of the register and what stands around its value. Register dumps are long: most lines are told by
// their first characters.
bool skip_register(std::string_view& text) {
  if (text.size() < 8) return false;
  switch (text.front()) {
    case 'R':
      return skip(text, "RIP:");
    case 'E':
      return skip(text, "EIP:") || skip(text, "ERA: ");
    case 'I':
      return skip(text, "IP:");
    case 'P':
      return skip(text, "PC is at ");
    case 'p':
      return skip(text, "pc : ");
    case 'e':
      return skip(text, "epc : ") || skip(text, "epc   : ") || skip(text, "era   : ");
    case 'N':
      if (!skip(text, "NIP [")) return false;
      text.remove_prefix(std::min(text.size(), text.find(']') + 1));
      return true;
    case 'K': {
      if (!skip(text, "Krnl PSW : ")) return false;
      const auto open = text.find('(');
      if (open == std::string_view::npos || text.back() != ')') return false;
      text = text.substr(open + 1, text.size() - open - 2);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string_view> read_program_counter(std::string_view body) {
  auto text = body;
  if (!skip_register(text)) return std::nullopt;
  text = from_symbol(text);
  // User space has no symbols here.
  if (text.empty() || is_digit(text.front()) || text.find("+0x") == std::string_view::npos)
    return std::nullopt;
  return text;
}

}  // namespace parser
