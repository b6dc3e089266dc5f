// The sections of the debug information that we read ourselves, where libdw would read or keep too much.
#pragma once

#include <elfutils/libdw.h>

#include "symbolize/byte_cursor.h"

namespace symbolize {

// Uncompressed and relocated; views into the Dwarf's file, empty where the file has no such section.
struct DwarfSections {
  ByteCursor::Bytes info;
  ByteCursor::Bytes aranges;
  ByteCursor::Bytes line;
  ByteCursor::Bytes line_strings;
  ByteCursor::Bytes strings;
  bool big_endian = false;

  // Setting the Dwarf up is what unpacked them.
  static DwarfSections of(Dwarf* dwarf);
};

}  // namespace symbolize
