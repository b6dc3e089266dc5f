#include "symbolize/unit.h"

#include <algorithm>
#include <limits>

#include "symbolize/demangle.h"
#include "symbolize/die.h"

namespace symbolize {
namespace {

constexpr int kDeepestScope = 64;     // namespaces and types around a function
constexpr int kLongestChain = 1'000;  // scopes within a function

bool may_hold_functions(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
      return true;
    // Rust and C++ put functions into types; for C these are skipped, they are most of a kernel's DIEs.
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return true;
    default:
      return false;
  }
}

bool may_hold_code(int tag) {
  return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
         tag == DW_TAG_catch_block || tag == DW_TAG_subprogram;
}

bool is_c(int language) {
  switch (language) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
      return true;
    default:
      return false;
  }
}

}  // namespace

Unit::Unit(Dwarf* dwarf, const DwarfSections& sections, Dwarf_Off root) {
  if (dwarf_offdie(dwarf, root, &root_) == nullptr) return;
  Dwarf_Half version = 0;
  std::uint8_t type = 0;
  Dwarf_Die skeleton;
  Dwarf_Die split{};
  if (dwarf_cu_info(root_.cu, &version, &type, &skeleton, &split, nullptr, nullptr, nullptr) != 0) return;
  usable_ = true;
  split_ = type == DW_UT_skeleton && split.addr != nullptr;
  tree_ = split_ ? split : root_;
  Dwarf_Attribute attribute;
  const char* directory = nullptr;
  if (dwarf_attr(&root_, DW_AT_comp_dir, &attribute) != nullptr) directory = dwarf_formstring(&attribute);
  Dwarf_Word table = 0;
  if (dwarf_attr(&root_, DW_AT_stmt_list, &attribute) != nullptr &&
      dwarf_formudata(&attribute, &table) == 0) {
    lines_ = LineTable(sections, table, directory != nullptr ? directory : "");
  }
}

void Unit::add_functions(Dwarf_Die parent, int depth) {
  const bool c = is_c(dwarf_srclang(&tree_));
  Dwarf_Die die;
  if (depth > kDeepestScope || !first_child(&parent, &die)) return;
  do {
    const int tag = dwarf_tag(&die);
    if (tag == DW_TAG_subprogram) {
      for_each_range(&die, [&](Dwarf_Addr low, Dwarf_Addr high) {
        functions_.push_back({low, high, 0, die});
      });
    } else if (!c && may_hold_functions(tag)) {
      add_functions(die, depth + 1);
    }
  } while (next_sibling(&die));
}

void Unit::read_functions() {
  functions_read_ = true;
  if (!usable_) return;
  add_functions(tree_, 0);
  std::stable_sort(functions_.begin(), functions_.end(),
                   [](const Function& a, const Function& b) { return a.low < b.low; });
  Dwarf_Addr reach = 0;
  for (Function& function : functions_) {
    reach = std::max(reach, function.high);
    function.reach = reach;
  }
}

std::optional<Dwarf_Die> Unit::function_at(Dwarf_Addr address) {
  if (!functions_read_) read_functions();
  auto at = std::upper_bound(functions_.begin(), functions_.end(), address,
                             [](Dwarf_Addr value, const Function& function) { return value < function.low; });
  while (at != functions_.begin()) {
    --at;
    if (at->reach <= address) break;
    if (address < at->high) return at->die;
  }
  return std::nullopt;
}

// The files that a .dwo file's entries name are in a table of its own; that one is left to libdw.
std::string Unit::file_name(unsigned number) {
  if (!split_) return lines_.file(number);
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrcfiles(&tree_, &files, &count) != 0 || number >= count) return {};
  const char* path = dwarf_filesrc(files, number, nullptr, nullptr);
  return path != nullptr ? path : "";
}

// The function that holds the address, then what is inlined in it there, outermost first.
std::vector<Dwarf_Die> Unit::scopes_at(Dwarf_Addr address) {
  std::vector<Dwarf_Die> scopes;
  std::optional<Dwarf_Die> function = function_at(address);
  if (!function) return scopes;
  scopes.push_back(*function);
  Dwarf_Die scope = *function;
  Dwarf_Die child;
  for (int depth = 0; depth < kLongestChain && first_child(&scope, &child); ++depth) {
    bool deeper = false;
    do {
      const int tag = dwarf_tag(&child);
      if (!may_hold_code(tag) || !holds(&child, address)) continue;
      if (tag == DW_TAG_subprogram) scopes.clear();  // a nested function (GNU C): a frame of its own
      if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram) scopes.push_back(child);
      scope = child;
      deeper = true;
      break;
    } while (next_sibling(&child));
    if (!deeper) break;
  }
  return scopes;
}

std::vector<Chain> Unit::chains(std::span<const Dwarf_Addr> addresses) {
  std::vector<Chain> found(addresses.size());
  if (!usable_) return found;
  const std::vector<LineTable::Row> rows = lines_.rows(addresses);
  for (std::size_t at = 0; at < addresses.size(); ++at) {
    Place innermost;
    innermost.file = rows[at].found ? lines_.file(rows[at].file) : "";
    innermost.line =
        rows[at].line <= std::numeric_limits<unsigned>::max() ? static_cast<unsigned>(rows[at].line) : 0;
    std::vector<Dwarf_Die> scopes = scopes_at(addresses[at]);
    if (scopes.empty()) {
      if (!innermost.file.empty()) found[at].push_back(std::move(innermost));
      continue;
    }
    found[at].reserve(scopes.size());
    found[at].push_back(std::move(innermost));
    for (std::size_t i = scopes.size(); i-- > 0;) {
      found[at].back().function = demangled(function_name(&scopes[i]));
      if (i == 0) break;
      Dwarf_Die* call = &scopes[i];
      found[at].push_back({"", file_name(number(call, DW_AT_call_file)), number(call, DW_AT_call_line)});
    }
  }
  return found;
}

}  // namespace symbolize
