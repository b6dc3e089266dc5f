// One compilation unit that a query fell into: its functions and its line table, each read once.
#pragma once

#include <elfutils/libdw.h>

#include <optional>
#include <string>
#include <vector>

#include "symbolize/query.h"

namespace symbolize {

// What the debug information says of an address: the chain of functions, innermost first, the one that was
// really called last. Its name is empty where only a line is known (assembler). Paths are whole, as in the
// file.
using Chain = std::vector<Place>;

class Unit {
 public:
  // `root` is the offset of the unit's root DIE. A damaged unit has no functions and no lines.
  Unit(Dwarf* dwarf, Dwarf_Off root);

  // Empty when the unit knows neither function nor line.
  Chain chain(Dwarf_Addr address);

 private:
  struct Function {
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    Dwarf_Addr reach = 0;  // highest `high` of this one and all before it
    Dwarf_Die die{};
  };
  void read_functions();
  void add_functions(Dwarf_Die parent, int depth);
  void read_lines();
  std::optional<Dwarf_Die> function_at(Dwarf_Addr address);
  Place line_at(Dwarf_Addr address);
  std::string file_name(unsigned index);

  bool usable_ = false;
  bool functions_read_ = false;
  bool lines_read_ = false;
  Dwarf_Die root_{};  // has the line table
  Dwarf_Die tree_{};  // has the functions: the same, or that of the .dwo file
  std::vector<Function> functions_;
  Dwarf_Lines* lines_ = nullptr;  // the Dwarf's
  std::size_t line_count_ = 0;
  Dwarf_Files* files_ = nullptr;  // the Dwarf's
  std::size_t file_count_ = 0;
  std::string comp_dir_;
};

}  // namespace symbolize
