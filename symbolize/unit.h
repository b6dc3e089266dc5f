// One compilation unit that a query fell into: its functions, found once, and its line table.
#pragma once

#include <elfutils/libdw.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbolize/line_table.h"
#include "symbolize/query.h"

namespace symbolize {

// What the debug information says of an address: the chain of functions, innermost first, the one that was
// really called last. Its name is empty where only a line is known (assembler). Paths are whole, as in the
// file.
using Chain = std::vector<Place>;

class Unit {
 public:
  // `root` is the offset of the unit's root DIE; `sections` must outlive this. A damaged unit has no
  // functions and no lines.
  Unit(Dwarf* dwarf, const DwarfSections& sections, Dwarf_Off root);

  // A chain per address, which are in ascending order; empty where the unit knows neither function nor line.
  std::vector<Chain> chains(std::span<const Dwarf_Addr> addresses);

 private:
  struct Function {
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    Dwarf_Addr reach = 0;  // highest `high` of this one and all before it
    Dwarf_Die die{};
  };
  void read_functions();
  void add_functions(Dwarf_Die parent, int depth);
  std::optional<Dwarf_Die> function_at(Dwarf_Addr address);
  std::vector<Dwarf_Die> scopes_at(Dwarf_Addr address);
  std::string file_name(unsigned number);

  bool usable_ = false;
  bool functions_read_ = false;
  Dwarf_Die root_{};  // has the line table
  Dwarf_Die tree_{};  // has the functions: the same, or that of the .dwo file
  bool split_ = false;
  std::vector<Function> functions_;
  LineTable lines_;
};

}  // namespace symbolize
