// The values that go into and come out of the symbolizer: one Query per frame of a log, one Answer per Query.
// Queries borrow their text from the caller for the length of one call; answers own theirs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace symbolize {

// One frame as a kernel printed it. Either `symbol` is set ("vfs_read+0x1f/0x40 [mod]") or `address` is, or
// both (riscv, s390: "[<ffffffff80006c5e>] func+0x1/0x2"; the address then only helps to settle duplicate
// names).
struct Query {
  std::string_view symbol;               // with its compiler suffixes: "foo.isra.0", "bar.cold"
  std::uint64_t offset = 0;              // bytes into the symbol
  std::optional<std::uint64_t> size;     // the printed size: bytes to the next symbol that kallsyms knows
  std::string_view module;               // empty for the kernel proper; '-' and '_' are equal
  std::string_view build_id;             // hex, of the module, or of the kernel when `module` is empty
  std::optional<std::uint64_t> address;  // as in the running kernel, KASLR included
  std::optional<std::uint64_t>
      kaslr_offset;       // of this boot ("Kernel Offset: 0x..."); else Options::kaslr_offset
  bool exact_pc = false;  // RIP, pc, epc, ...: looked up as it is. A return address at pc-1.
  // The frames next to it in its trace, where known: who it called, and who called it. Where a name is there
  // several times they tell which is meant. They live as long as the query.
  const Query* callee = nullptr;
  const Query* caller = nullptr;
};

// A function and a place in the source. `file` is empty and `line` 0 where the debug information does not
// say.
struct Place {
  std::string function;
  std::string file;
  unsigned line = 0;
};

// Where a frame is. As llvm-symbolizer prints it, each entry of the chain has its own place: the innermost
// has the line of the address, each one further out the line of the call; the frame itself comes last of all.
struct Location {
  std::string function;  // the code's symbol, suffixes kept, demangled; empty where only a line is known
  std::string file;      // prefix of the build directory stripped
  unsigned line = 0;
  std::vector<Place> inlined;  // functions inlined at that address, innermost first
  std::uint64_t address =
      0;  // looked up, before the step back: link-time address in vmlinux, or as laid out by us in a .ko
  // What %pS of the kernel prints for the address; the symbol is empty where the table has none.
  std::string symbol;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string module;  // set where a list of symbols told which module an address is in
};

// A location, or a reason why there is none. Both when only the symbol is known: then `file` is empty and the
// reason says why there is no line.
struct Answer {
  std::optional<Location> location;
  std::string reason;          // "no such symbol", "offset beyond symbol", "module not found: tried ...", ...
  std::size_t candidates = 0;  // places that it may be; 0 unless the reason is that there are several
  bool size_differs =
      false;  // the printed size is not the one in the file: a hint at another build, no proof
};

}  // namespace symbolize
