// Where the lines of a log name code, and how: for a program that writes source lines beside them. Unlike the
// parser of reports this looks at every line, knows the bytes that a name takes, and tells a return address
// from an exact program counter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/prefix.h"

namespace parser {

// "kfree+0x123/0x330 [mod 0123abcd...]", "[<ffffffff81234567>] kfree+0x123/0x330", "[<ffffffff81234567>]",
// "0xffffffff81234567". Views point into the line.
struct CodeReference {
  std::size_t begin = 0;     // first byte of the symbol in the line; of the address where there is no symbol
  std::size_t end = 0;       // behind the module or, without one, the symbol's size or the address
  std::size_t core_end = 0;  // behind the size, before the module
  std::string_view symbol;   // empty: an address alone
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size;
  std::string_view module;
  std::string_view build_id;             // of the module, as printed
  std::optional<std::uint64_t> address;  // as printed
  bool exact = false;       // the program counter itself (RIP, pc, epc, ...), not a return address
  bool in_text = false;     // part of a sentence: a title, "Allocated in f+0x1/0x2 age=0 cpu=0"
  bool frame = false;       // alone on its line, as the frames of a trace are
  bool reliable = true;     // not marked "? "
  bool has_place = false;   // a source line stands behind it already
  std::uint64_t trace = 0;  // frames of one trace share a number, never 0; 0 for all that are no frames
};

// x86, arm64, riscv, loongarch: a frame from whose saved registers the frame below it was taken.
bool is_exception_entry(std::string_view symbol);

class CodeReferences {
 public:
  // The references of the next line of a log, in their order; the line without its end and without control
  // characters. What stands above a frame decides whether it is a return address, so all lines must come
  // here.
  std::vector<CodeReference> find(std::string_view line);

 private:
  // Of each caller that prints: what its lines above this one were.
  struct Above {
    bool exception_entry = false;  // the last frame was one
    bool breaking_event = false;   // s390 names an exact address below this line
    std::uint64_t trace = 0;       // number of the trace that goes on, 0 for none
    std::string program_counter;   // text of the last exact one, until a trace has begun
  };

  void place_in_trace(std::string_view line, std::string_view text, Above& above,
                      std::vector<CodeReference>& found);

  std::unordered_map<std::uint64_t, Above> above_;
  std::uint64_t traces_ = 0;
};

}  // namespace parser
