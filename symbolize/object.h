// A kernel or module ready to be asked: its symbols, its debug information wherever that was found, and how
// its paths are shortened.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbolize/debug_info.h"
#include "symbolize/elf_file.h"
#include "symbolize/query.h"
#include "symbolize/source_path.h"
#include "symbolize/symbol_table.h"

namespace symbolize {

class Object {
 public:
  // Takes the file over and looks for its debug file when it has no DWARF itself.
  Object(ElfFile file, std::span<const std::string> debug_dirs);

  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  const std::string& path() const { return file_.path(); }
  const std::string& build_id() const { return file_.build_id(); }
  const SymbolTable& symbols() const { return symbols_; }
  bool has_dwarf() const { return debug_ != nullptr; }
  // Why the address can hardly have a line, by its symbol: it is between functions (aligned functions leave
  // room, and an unreliable frame is often a pointer to the next one, taken for a return address). nullptr
  // for ordinary code.
  const char* why_lineless(std::uint64_t address) const;
  // Is the address in one of the file's code sections?
  bool holds_code(std::uint64_t address) const;

  // Starts from the paths that `base` knows (the kernel's, for a module), or strips just `fixed`.
  void set_paths(const PathStripper* base, const std::optional<std::string>& fixed);
  const PathStripper& paths() const { return paths_; }

  // Chains with their paths made short; all empty without DWARF.
  std::vector<Chain> lookup(std::span<const std::uint64_t> addresses);

 private:
  ElfFile& dwarf_file() { return debug_file_ ? *debug_file_ : file_; }

  ElfFile file_;
  std::optional<ElfFile> debug_file_;
  SymbolTable symbols_;
  std::unique_ptr<DebugInfo> debug_;
  PathStripper paths_;
};

}  // namespace symbolize
