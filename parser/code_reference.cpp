#include "parser/code_reference.h"

#include <algorithm>
#include <array>

#include "parser/frame_table.h"
#include "parser/scan.h"
#include "parser/starts.h"

namespace parser {
namespace {

constexpr std::size_t kMostCallers = 4096;   // that print at once; more is a hostile log
constexpr std::size_t kMostReferences = 64;  // on one line
constexpr std::size_t kFewestDigits = 8;     // of an address
constexpr std::size_t kLongestModule = 64;

// "[<ffffffff81234567>]" or powerpc's "[c000000012345678]" at the start of `text`: its length and value.
struct Bracketed {
  std::size_t length = 0;  // 0: none
  std::uint64_t address = 0;
};
Bracketed bracketed_address(std::string_view text) {
  auto rest = text;
  if (!skip(rest, "[")) return {};
  const bool angle = skip(rest, "<");
  const auto before = rest.size();
  const auto value = take_number<std::uint64_t>(rest, 16);
  if (!value || before - rest.size() < kFewestDigits) return {};
  if (angle && !skip(rest, ">")) return {};
  if (!skip(rest, "]")) return {};
  return {text.size() - rest.size(), *value};
}

// Behind a reference: " mm/slub.c:123". Kernel sources have a dot in their names and a number behind them.
bool is_place(std::string_view text) {
  if (!skip(text, " ")) return false;
  const auto word = text.substr(0, text.find(' '));
  const auto colon = word.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto number = word.substr(colon + 1);
  if (number.ends_with(')')) number.remove_suffix(1);
  return word.substr(0, colon).find('.') != std::string_view::npos && to_number(number).has_value();
}

// " [mod]", " [mod 0123abcd...]"
void take_module(std::string_view line, CodeReference& found) {
  auto rest = line.substr(found.end);
  if (!skip(rest, " [")) return;
  const auto close = rest.find(']');
  if (close == std::string_view::npos) return;
  auto name = rest.substr(0, close);
  std::string_view id;
  if (const auto space = name.find(' '); space != std::string_view::npos) {
    id = name.substr(space + 1);
    name = name.substr(0, space);
  }
  if (name.empty() || name.size() > kLongestModule || name == "inline") return;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_symbol_char(c) || c == '-'; })) return;
  if (!std::all_of(id.begin(), id.end(), is_hex)) return;
  found.module = name;
  found.build_id = id;
  found.end += 2 + close + 1;
}

// What names the register that a reference is the content of, right before it; blanks, brackets and the
// address in between taken off. "RIP: 0010:", "pc : ", "NIP [c000000012345678] ", "Krnl PSW :
// 0704c00180000000 000003ffe0123456 ("
std::string_view label_before(std::string_view before) {
  for (;;) {
    while (!before.empty() && (before.back() == ' ' || before.back() == '(' || before.back() == '\t'))
      before.remove_suffix(1);
    const auto open = before.ends_with(']') ? before.rfind('[') : std::string_view::npos;
    if (open != std::string_view::npos &&
        bracketed_address(before.substr(open)).length == before.size() - open) {
      before = before.substr(0, open);
      continue;
    }
    const auto word = before.substr(before.find_last_of(" \t") + 1);
    if (word.size() < kFewestDigits || !std::all_of(word.begin(), word.end(), is_hex)) return before;
    before.remove_suffix(word.size());
  }
}

// "0010:" of RIP and EIP: the code segment. The lowest bits are the ring, 3 for user space.
std::optional<unsigned> take_segment(std::string_view& label) {
  if (!label.ends_with(':') || label.size() < 6) return std::nullopt;
  const auto digits = label.substr(label.size() - 5, 4);
  const auto value = to_number<unsigned>(digits, 16);
  if (!value || is_symbol_char(label[label.size() - 6])) return std::nullopt;
  label = trim_right(label.substr(0, label.size() - 5));
  return value;
}

enum class Register { none, program_counter, link, user };

Register register_of(std::string_view before) {
  static constexpr std::array<std::string_view, 14> kCounters{
      "RIP:", "EIP:", "IP:",  "IP is at", "pc :",  "epc :", "ERA:",
      "era:", "NIP",  "NIP:", "PC is at", "PSW :", "pc:",   "PC:"};
  static constexpr std::array<std::string_view, 8> kLinks{
      "lr :", "LR is at", "LR", "LR:", "ra :", "ra:", "lr:", "lr"};
  auto label = label_before(before);
  const auto segment = take_segment(label);
  const auto is = [&label](std::string_view name) {
    if (!label.ends_with(name)) return false;
    return label.size() == name.size() || !is_symbol_char(label[label.size() - name.size() - 1]);
  };
  if (std::any_of(kLinks.begin(), kLinks.end(), is)) return Register::link;
  if (!std::any_of(kCounters.begin(), kCounters.end(), is)) return Register::none;
  return segment && (*segment & 3) == 3 ? Register::user : Register::program_counter;
}

// " (P)" of arm64 from v6.13 on, perhaps with further letters: taken from the program counter.
bool marked_program_counter(std::string_view behind) {
  return behind.starts_with(" (P") && behind.substr(0, 8).find(')') != std::string_view::npos;
}

// What may stand before a frame on its line: nothing, "? ", addresses, arm's "callee from ".
bool only_lead(std::string_view lead) {
  lead = trim_left(lead);
  if (const auto from = lead.find(" from "); from != std::string_view::npos) {
    const auto callee = trim_right(lead.substr(0, from));
    if (callee.find(' ') == std::string_view::npos || bracketed_address(callee).length > 0)
      lead.remove_prefix(from + 6);
  }
  while (!lead.empty()) {
    const auto before = lead.size();
    skip(lead, "? ");
    skip(lead, "(");
    lead.remove_prefix(bracketed_address(lead).length);
    lead = trim_left(lead);
    if (lead.size() == before) return false;
  }
  return true;
}

// "kfree+0x123/0x330" around the "+0x" at `plus`.
std::optional<CodeReference> symbol_at(std::string_view line, std::size_t plus) {
  CodeReference found;
  found.begin = plus;
  while (found.begin > 0 && is_symbol_char(line[found.begin - 1])) --found.begin;
  found.symbol = line.substr(found.begin, plus - found.begin);
  if (found.symbol.empty() || is_digit(found.symbol.front())) return std::nullopt;
  auto rest = line.substr(plus + 3);
  const auto offset = take_number<std::uint64_t>(rest, 16);
  if (!offset) return std::nullopt;
  found.offset = *offset;
  if (skip(rest, "/0x")) {
    found.size = take_number<std::uint64_t>(rest, 16);
    if (!found.size) return std::nullopt;
  }
  if (!rest.empty() && is_symbol_char(rest.front())) return std::nullopt;
  found.core_end = found.end = line.size() - rest.size();
  found.has_place = is_place(rest);
  take_module(line, found);
  found.has_place = found.has_place || is_place(line.substr(found.end));
  return found;
}

// The address printed before the symbol: "[<ffffffff81234567>] ", also with "? " behind it.
void take_address_before(std::string_view line, CodeReference& found) {
  auto before = line.substr(0, found.begin);
  if (before.ends_with("(")) before.remove_suffix(1);
  before = trim_right(before);
  if (before.ends_with(" ?")) {
    before = trim_right(before.substr(0, before.size() - 1));
    found.reliable = false;
  }
  if (!before.ends_with("]")) return;
  const auto open = before.rfind('[');
  if (open == std::string_view::npos) return;
  const auto address = bracketed_address(before.substr(open));
  if (address.length == before.size() - open) found.address = address.address;
}

void find_symbols(std::string_view line, std::size_t text_at, std::vector<CodeReference>& all) {
  for (auto plus = line.find("+0x", text_at); plus != std::string_view::npos;
       plus = line.find("+0x", plus + 3)) {
    if (all.size() >= kMostReferences) return;
    auto found = symbol_at(line, plus);
    if (!found || found->begin < text_at) continue;
    take_address_before(line, *found);
    plus = found->end - 3 > plus ? found->end - 3 : plus;
    all.push_back(*found);
  }
}

// Addresses that have no symbol beside them: in brackets anywhere, bare ones alone on a line or behind the
// name of a program counter.
void find_addresses(std::string_view line, std::size_t text_at, std::vector<CodeReference>& all) {
  const auto symbols = all.size();
  for (auto open = line.find("[<", text_at); open != std::string_view::npos;
       open = line.find("[<", open + 2)) {
    const auto address = bracketed_address(line.substr(open));
    if (address.length == 0 || all.size() >= kMostReferences) continue;
    auto behind = trim_left(line.substr(open + address.length));
    skip(behind, "? ");
    skip(behind, "(");
    const auto next = static_cast<std::size_t>(behind.data() - line.data());
    const bool named = std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(symbols),
                                   [next](const CodeReference& symbol) { return symbol.begin == next; });
    // "[<ffffffffc0123456>] 0xffffffffc0123456" is one address, and so is "[<ffff>]  [<ffff>] f+0x1/0x2".
    if (named || behind.starts_with("0x") || behind.starts_with("[<")) continue;
    // "[<ffffffff81234567>] kfree" without an offset: what is named already needs no name.
    if (!behind.empty() && is_symbol_char(behind.front()) && behind.find('(') != std::string_view::npos)
      continue;
    CodeReference found;
    found.begin = open;
    found.core_end = found.end = open + address.length;
    found.address = address.address;
    found.has_place = is_place(line.substr(found.end));
    all.push_back(found);
  }
  const auto text = trim_right(line);
  const auto last = text.find_last_of(" :\t");
  const auto start = std::max(last == std::string_view::npos ? 0 : last + 1, text_at);
  if (start >= text.size()) return;
  auto word = text.substr(start);
  if (!skip(word, "0x") || word.size() < kFewestDigits || word.size() > 16) return;
  const auto value = to_number(word, 16);
  const auto before = line.substr(text_at, start - text_at);
  if (!value || !(only_lead(before) || register_of(before) == Register::program_counter)) return;
  CodeReference found;
  found.begin = start;
  found.core_end = found.end = text.size();
  found.address = value;
  all.push_back(found);
}

// "<TASK>", "</IRQ>": between the frames of one trace.
bool is_trace_mark(std::string_view text) {
  text = trim_right(trim_left(text));
  return text.size() > 2 && text.size() < 24 && text.front() == '<' && text.back() == '>';
}

}  // namespace

bool is_exception_entry(std::string_view symbol) {
  static constexpr auto kEntries =
      starts("asm_exc_", "asm_sysvec_", "asm_common_interrupt", "el1h_64_", "el1t_64_", "el1_",
             "ret_from_exception", "handle_exception", "common_interrupt_return");
  return kEntries.match(symbol);
}

void CodeReferences::place_in_trace(std::string_view line, std::string_view text, Above& above,
                                    std::vector<CodeReference>& found) {
  const bool frame = found.size() == 1 && found.front().frame;
  if (!frame) {
    if (is_trace_mark(text) || trim_right(text).ends_with("[inline]")) return;
    above.exception_entry = false;
    above.trace = 0;
    for (const auto& reference : found) {
      if (!reference.exact || reference.symbol.empty()) continue;
      above.program_counter.assign(line.substr(reference.begin, reference.core_end - reference.begin));
    }
    above.breaking_event = text.find("Last Breaking-Event-Address:") != std::string_view::npos;
    return;
  }
  CodeReference& reference = found.front();
  const bool first = above.trace == 0;
  if (first) above.trace = ++traces_;
  reference.trace = above.trace;
  // What the kernel is not sure of was found lying on the stack; such frames say nothing of the next one.
  if (!reference.reliable) return;
  if (above.exception_entry || above.breaking_event) reference.exact = true;
  // arm64 before v6.13, riscv, KFENCE: the trace begins with the program counter that was printed above it.
  const auto printed = line.substr(reference.begin, reference.core_end - reference.begin);
  if (!above.program_counter.empty()) {
    if (printed == above.program_counter) reference.exact = true;
    above.program_counter.clear();
  }
  above.breaking_event = false;
  above.exception_entry = is_exception_entry(reference.symbol);
}

std::vector<CodeReference> CodeReferences::find(std::string_view line) {
  std::vector<CodeReference> found;
  const Line read = read_line(line, 0);
  // A container's own text (JSON) is no stretch of the line, and then nothing of it can be pointed to.
  const bool within =
      read.text.data() >= line.data() && read.text.data() + read.text.size() == line.data() + line.size();
  if (!within) return found;
  const std::size_t text_at = line.size() - read.text.size();
  const std::string_view text = read.text;
  const bool fault = text.starts_with("WARNING: ") || (text.starts_with("BUG: KFENCE: ") &&
                                                       text.find("corruption") == std::string_view::npos &&
                                                       text.find("invalid free") == std::string_view::npos);
  if (text.find("0x") != std::string_view::npos || text.find("[<") != std::string_view::npos) {
    find_symbols(line, text_at, found);
    find_addresses(line, text_at, found);
  }
  std::vector<CodeReference> kept;
  for (CodeReference& reference : found) {
    const auto before = line.substr(text_at, reference.begin - text_at);
    const auto behind = line.substr(reference.end);
    const auto lead = trim_left(before);
    const Register from = register_of(before);
    if (from == Register::user) continue;
    reference.exact = fault || from == Register::program_counter || marked_program_counter(behind);
    reference.frame = only_lead(before) && (only_remarks(behind) || reference.has_place);
    reference.in_text = !reference.frame && from == Register::none;
    if (lead.starts_with("? ") || lead.starts_with("([<") ||
        behind.find("(unreliable)") != std::string_view::npos)
      reference.reliable = false;
    // Without a size it may be an expression in a driver's message.
    if (!reference.symbol.empty() && !reference.size && !reference.frame && !reference.exact &&
        !before.ends_with('('))
      continue;
    kept.push_back(reference);
  }
  if (above_.size() > kMostCallers) above_.clear();
  place_in_trace(line, text, above_[read.caller.key()], kept);
  return kept;
}

}  // namespace parser
