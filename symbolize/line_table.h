// The line table of one unit, run for the addresses that are asked for and never stored: libdw keeps and
// sorts every row of every table that it is asked about, which was half the time and most of the memory of a
// lookup.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolize/byte_cursor.h"
#include "symbolize/dwarf_sections.h"

namespace symbolize {

class LineTable {
 public:
  struct Row {
    std::uint64_t file = 0;  // for file()
    std::uint64_t line = 0;
    bool found = false;
  };

  LineTable() = default;
  // Reads the header at `offset` of .debug_line. A damaged or unknown one has no rows and no files.
  LineTable(const DwarfSections& sections, std::uint64_t offset, std::string_view comp_dir);

  // The row that covers each address: the last at or before it in a sequence that goes on behind it.
  // `addresses` are in ascending order; runs the whole program once.
  std::vector<Row> rows(std::span<const std::uint64_t> addresses) const;

  // Path of a file of the table, by the number that rows and DW_AT_call_file use; directories joined in front
  // of it. Empty when there is no such file.
  std::string file(std::uint64_t number) const;

 private:
  struct File {
    std::string_view name;
    std::uint64_t directory = 0;
  };

  bool read_header(ByteCursor& unit);
  void read_old_names(ByteCursor& header);
  void read_entries(ByteCursor& header, bool directories);
  bool read_form(ByteCursor& header, std::uint64_t form, std::string_view& text, std::uint64_t& number) const;

  DwarfSections sections_;
  std::string_view comp_dir_;
  unsigned version_ = 0;
  std::size_t offset_width_ = 4;
  std::uint8_t least_instruction_ = 1;
  std::int8_t line_base_ = 0;
  std::uint8_t line_range_ = 1;
  std::uint8_t opcode_base_ = 1;
  std::vector<std::uint8_t> operands_;  // of the standard opcodes, by number minus one
  std::vector<std::string_view> directories_;
  std::vector<File> files_;
  ByteCursor program_;
};

}  // namespace symbolize
