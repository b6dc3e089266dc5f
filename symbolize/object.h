// A kernel or module ready to be asked: its symbols, its debug information wherever that was found, and how
// its paths are shortened.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbolize/answer_cache.h"
#include "symbolize/debug_info.h"
#include "symbolize/elf_file.h"
#include "symbolize/query.h"
#include "symbolize/source_path.h"
#include "symbolize/symbol_table.h"

namespace symbolize {

class Object {
 public:
  struct Context {
    std::span<const std::string> debug_dirs;  // used by the constructor only
    std::optional<std::string> strip_prefix;  // the one prefix to strip; else they are guessed
    Object* kernel = nullptr;  // for a module: starts from the paths of this one; must outlive it
    std::string cache_dir;     // empty: answers are not stored
  };

  // Takes the file over. Its symbols and debug information are read when first asked for, its debug file is
  // looked for at once when it has no DWARF itself.
  Object(ElfFile file, const Context& context);

  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  const std::string& path() const { return file_.path(); }
  const std::string& build_id() const { return file_.build_id(); }
  // What a kernel's banner (linux_banner in .rodata) calls it: "6.12.117-lab". Empty where there is none.
  std::string release() const;
  const SymbolTable& symbols();
  bool has_dwarf() const { return debug_file_ || file_.has_dwarf(); }
  AnswerCache& answers() { return answers_; }
  // Why the address can hardly have a line, by its symbol: it is between functions (aligned functions leave
  // room, and an unreliable frame is often a pointer to the next one, taken for a return address). nullptr
  // for ordinary code.
  const char* why_lineless(std::uint64_t address);
  // Is the address in one of the file's code sections?
  bool holds_code(std::uint64_t address) const;

  // What settles which of several functions is meant: the unit that holds an address, and where the call
  // before a return address went.
  std::optional<Dwarf_Off> unit_of(std::uint64_t address);
  std::optional<std::uint64_t> call_target(std::uint64_t return_address) const;

  const PathStripper& paths();

  // Chains with their paths made short; all empty without DWARF.
  std::vector<Chain> lookup(std::span<const std::uint64_t> addresses);

 private:
  ElfFile& dwarf_file() { return debug_file_ ? *debug_file_ : file_; }

  DebugInfo* debug();

  ElfFile file_;
  std::optional<ElfFile> debug_file_;
  std::optional<std::string> strip_prefix_;
  Object* kernel_;
  AnswerCache answers_;
  std::optional<SymbolTable> symbols_;
  std::unique_ptr<DebugInfo> debug_;
  std::optional<PathStripper> paths_;
};

}  // namespace symbolize
