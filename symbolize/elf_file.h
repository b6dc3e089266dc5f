// One ELF file on disk: vmlinux, a module (.ko, also compressed), or the debug file of either.
// ElfFile owns the elfutils handles and with them every byte that the views below point into; sections of a
// relocatable module get addresses of our own, since a .ko has none, and its DWARF comes out relocated to
// them.
#pragma once

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <libelf.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolize/result.h"

namespace symbolize {

// A section that takes memory when the code runs. Addresses as in the file (vmlinux) or as laid out here
// (.ko).
struct Section {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes
  bool executable = false;
  std::size_t index = 0;                 // in the file's section table
  std::span<const unsigned char> bytes;  // as in the file; empty where it has none
};

class ElfFile {
 public:
  // Opens a regular file; .xz, .gz, .bz2 and .zst are unpacked in memory as far as elfutils was built for it.
  // Fails with a message for whatever is not a readable ELF file; a damaged inside shows later, as missing
  // parts.
  static Result<ElfFile> open(const std::string& path);

  const std::string& path() const { return path_; }
  const std::string& build_id() const { return build_id_; }  // lower-case hex, empty when the file has none
  bool relocatable() const { return relocatable_; }
  bool has_dwarf() const { return has_dwarf_; }                    // a .debug_info section with bytes in it
  std::span<const Section> sections() const { return sections_; }  // in memory at run time, by address
  int machine() const { return machine_; }                         // EM_X86_64, ...

  Elf* elf() const { return elf_; }
  // Bytes of the file that will not be read again soon leave this process's memory; reading them is still
  // possible. Does nothing for what was unpacked or changed in memory.
  void release(std::span<const unsigned char> bytes) const;
  // The debug information, set up at the first call; nullptr when there is none or it cannot be read.
  Dwarf* dwarf();

 private:
  struct EndDwfl {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };
  ElfFile() = default;
  void read_sections();

  std::string path_;
  std::string build_id_;
  std::unique_ptr<Dwfl, EndDwfl> dwfl_;
  Dwfl_Module* module_ = nullptr;  // dwfl_'s
  Elf* elf_ = nullptr;             // module_'s
  Dwarf* dwarf_ = nullptr;         // module_'s
  int machine_ = 0;
  bool mapped_ = false;  // the file itself is mapped, and not a copy in memory
  bool relocatable_ = false;
  bool has_dwarf_ = false;
  bool dwarf_tried_ = false;
  std::vector<Section> sections_;
};

}  // namespace symbolize
