#include "symbolize/unit.h"

#include <algorithm>

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

std::string path_of(const char* path, const std::string& directory) {
  if (path == nullptr) return {};
  if (*path == '/' || directory.empty()) return path;
  return directory + "/" + path;
}

}  // namespace

Unit::Unit(Dwarf* dwarf, Dwarf_Off root) {
  if (dwarf_offdie(dwarf, root, &root_) == nullptr) return;
  Dwarf_Half version = 0;
  std::uint8_t type = 0;
  Dwarf_Die skeleton;
  Dwarf_Die split{};
  if (dwarf_cu_info(root_.cu, &version, &type, &skeleton, &split, nullptr, nullptr, nullptr) != 0) return;
  usable_ = true;
  tree_ = type == DW_UT_skeleton && split.addr != nullptr ? split : root_;
  Dwarf_Attribute attribute;
  const char* directory = nullptr;
  if (dwarf_attr(&root_, DW_AT_comp_dir, &attribute) != nullptr) directory = dwarf_formstring(&attribute);
  if (directory != nullptr) comp_dir_ = directory;
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

void Unit::read_lines() {
  lines_read_ = true;
  if (!usable_) return;
  if (dwarf_getsrclines(&root_, &lines_, &line_count_) != 0) line_count_ = 0;
  if (dwarf_getsrcfiles(&root_, &files_, &file_count_) != 0) file_count_ = 0;
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

std::string Unit::file_name(unsigned index) {
  if (!lines_read_) read_lines();
  if (index >= file_count_) return {};
  return path_of(dwarf_filesrc(files_, index, nullptr, nullptr), comp_dir_);
}

Place Unit::line_at(Dwarf_Addr address) {
  if (!lines_read_) read_lines();
  // libdw sorts the rows by address, an end of sequence before a row that starts there; the last row at or
  // before the address counts.
  std::size_t low = 0;
  std::size_t high = line_count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    Dwarf_Addr start = 0;
    if (dwarf_lineaddr(dwarf_onesrcline(lines_, middle), &start) != 0) return {};
    if (start <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Place place;
  // The table's last row ends its last sequence, so an address behind all of them finds that and no line.
  if (low == 0) return place;
  Dwarf_Line* row = dwarf_onesrcline(lines_, low - 1);
  bool end = false;
  int line = 0;
  if (row == nullptr || dwarf_lineendsequence(row, &end) != 0 || end) return place;
  if (dwarf_lineno(row, &line) == 0 && line > 0) place.line = static_cast<unsigned>(line);
  place.file = path_of(dwarf_linesrc(row, nullptr, nullptr), comp_dir_);
  return place;
}

Chain Unit::chain(Dwarf_Addr address) {
  std::vector<Dwarf_Die> scopes;  // the function, then what is inlined in it, outermost first
  std::optional<Dwarf_Die> function = function_at(address);
  if (function) {
    scopes.push_back(*function);
    Dwarf_Die scope = *function;
    Dwarf_Die child;
    for (int depth = 0; depth < kLongestChain && first_child(&scope, &child); ++depth) {
      bool deeper = false;
      do {
        const int tag = dwarf_tag(&child);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block && tag != DW_TAG_try_block &&
            tag != DW_TAG_catch_block && tag != DW_TAG_subprogram) {
          continue;
        }
        if (!holds(&child, address)) continue;
        if (tag == DW_TAG_subprogram) scopes.clear();  // a nested function (GNU C): a frame of its own
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram) scopes.push_back(child);
        scope = child;
        deeper = true;
        break;
      } while (next_sibling(&child));
      if (!deeper) break;
    }
  }
  Place innermost = line_at(address);
  Chain chain;
  if (scopes.empty()) {
    if (!innermost.file.empty()) chain.push_back(std::move(innermost));
    return chain;
  }
  chain.reserve(scopes.size());
  for (std::size_t i = scopes.size(); i-- > 0;) {
    Place place;
    if (i + 1 == scopes.size()) {
      place = std::move(innermost);
    } else {
      place.file = file_name(number(&scopes[i + 1], DW_AT_call_file));
      place.line = number(&scopes[i + 1], DW_AT_call_line);
    }
    place.function = function_name(&scopes[i]);
    chain.push_back(std::move(place));
  }
  return chain;
}

}  // namespace symbolize
