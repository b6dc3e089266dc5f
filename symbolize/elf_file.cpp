#include "symbolize/elf_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "symbolize/unpack.h"

namespace symbolize {
namespace {

// libdwfl asks where the debug file of a module is. We look for those ourselves (debug_file.h), so that
// nothing is ever fetched from the network behind the user's back.
int no_debug_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word,
                  char**) {
  return -1;
}

const Dwfl_Callbacks kCallbacks = {
    .find_elf = nullptr,
    .find_debuginfo = no_debug_file,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

std::string hex(const unsigned char* bytes, std::size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

std::string read_build_id(Elf* elf) {
  constexpr ssize_t kLongest = 64;  // SHA-1 has 20 bytes; longer than this is damage
  const void* bytes = nullptr;
  const ssize_t count = dwelf_elf_gnu_build_id(elf, &bytes);
  if (count <= 0 || count > kLongest || bytes == nullptr) return {};
  return hex(static_cast<const unsigned char*>(bytes), static_cast<std::size_t>(count));
}

std::uintptr_t page_size() {
  return static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
}

// A page given back is read again from the file; one of memory would be lost. libdwfl maps what is an ELF
// file on disk and unpacks all else into memory of malloc, which never starts at a page.
bool is_mapped(Elf* elf, const std::string& path) {
  std::size_t size = 0;
  const char* bytes = elf_rawfile(elf, &size);
  if (bytes == nullptr || reinterpret_cast<std::uintptr_t>(bytes) % page_size() != 0) return false;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char magic[SELFMAG] = {};
  const bool plain = ::read(fd, magic, SELFMAG) == SELFMAG && std::memcmp(magic, ELFMAG, SELFMAG) == 0;
  ::close(fd);
  return plain;
}

}  // namespace

Result<ElfFile> ElfFile::open(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return Failure{std::strerror(errno), path, ""};
  // Opening a pipe would wait for a writer.
  if (!S_ISREG(status.st_mode)) return Failure{"not a regular file", path, ""};

  ElfFile file;
  file.path_ = path;
  file.dwfl_.reset(dwfl_begin(&kCallbacks));
  if (file.dwfl_ == nullptr) return Failure{dwfl_errmsg(-1), path, ""};
  const int unpacked = without_zstd(path);
  file.module_ = dwfl_report_offline(file.dwfl_.get(), "file", path.c_str(), unpacked);
  if (file.module_ == nullptr) {
    // With a module the descriptor is libdwfl's.
    if (unpacked >= 0) ::close(unpacked);
    return Failure{std::string("not a usable ELF file: ") + dwfl_errmsg(-1), path,
                   "give the uncompressed vmlinux of the build, not bzImage or vmlinuz"};
  }
  dwfl_report_end(file.dwfl_.get(), nullptr, nullptr);

  GElf_Addr bias = 0;
  file.elf_ = dwfl_module_getelf(file.module_, &bias);
  if (file.elf_ == nullptr || elf_kind(file.elf_) != ELF_K_ELF) {
    return Failure{std::string("not a usable ELF file: ") + dwfl_errmsg(-1), path, ""};
  }
  GElf_Ehdr header;
  if (gelf_getehdr(file.elf_, &header) == nullptr) return Failure{elf_errmsg(-1), path, ""};
  file.relocatable_ = header.e_type == ET_REL;
  file.machine_ = header.e_machine;
  file.mapped_ = is_mapped(file.elf_, path);
  file.build_id_ = read_build_id(file.elf_);
  file.read_sections();
  return file;
}

void ElfFile::read_sections() {
  std::size_t names = 0;
  std::size_t size = 0;
  const auto* file = reinterpret_cast<const unsigned char*>(elf_rawfile(elf_, &size));
  if (elf_getshdrstrndx(elf_, &names) != 0) return;
  Elf_Scn* scn = nullptr;
  while ((scn = elf_nextscn(elf_, scn)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr) continue;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    const std::string_view label = name != nullptr ? name : "";
    if ((label == ".debug_info" || label == ".zdebug_info") && header.sh_type != SHT_NOBITS &&
        header.sh_size > 0) {
      has_dwarf_ = true;
    }
    if ((header.sh_flags & SHF_ALLOC) == 0 || header.sh_size == 0) continue;
    if (header.sh_addr + header.sh_size < header.sh_addr) continue;  // wraps around: damage
    Section section{
        label, header.sh_addr, header.sh_size, (header.sh_flags & SHF_EXECINSTR) != 0, elf_ndxscn(scn), {}};
    if (file != nullptr && header.sh_type == SHT_PROGBITS && header.sh_offset <= size &&
        header.sh_size <= size - header.sh_offset) {
      section.bytes = {file + header.sh_offset, static_cast<std::size_t>(header.sh_size)};
    }
    sections_.push_back(section);
  }
  std::stable_sort(sections_.begin(), sections_.end(),
                   [](const Section& a, const Section& b) { return a.address < b.address; });
}

void ElfFile::release(std::span<const unsigned char> bytes) const {
  // The sections of a relocatable file are changed in the private mapping; dropping those pages would undo
  // it.
  if (!mapped_ || relocatable_ || bytes.empty()) return;
  std::size_t size = 0;
  const char* file = elf_rawfile(elf_, &size);
  const auto* first = reinterpret_cast<const char*>(bytes.data());
  if (file == nullptr || first < file || first >= file + size || bytes.size() > size) return;
  const auto page = page_size();
  const auto begin = (reinterpret_cast<std::uintptr_t>(first) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(first) + bytes.size()) / page * page;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a page's address is made by rounding
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

Dwarf* ElfFile::dwarf() {
  if (!dwarf_tried_) {
    dwarf_tried_ = true;
    Dwarf_Addr bias = 0;
    if (has_dwarf_) dwarf_ = dwfl_module_getdwarf(module_, &bias);
  }
  return dwarf_;
}

}  // namespace symbolize
