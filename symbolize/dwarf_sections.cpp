#include "symbolize/dwarf_sections.h"

#include <gelf.h>

#include <string_view>

namespace symbolize {
namespace {

ByteCursor::Bytes section_bytes(Elf_Scn* scn) {
  const Elf_Data* data = elf_getdata(scn, nullptr);
  if (data == nullptr || data->d_buf == nullptr) return {};
  return {static_cast<const unsigned char*>(data->d_buf), data->d_size};
}

}  // namespace

DwarfSections DwarfSections::of(Dwarf* dwarf) {
  DwarfSections found;
  Elf* elf = dwarf_getelf(dwarf);
  std::size_t names = 0;
  if (elf == nullptr || elf_getshdrstrndx(elf, &names) != 0) return found;
  const char* ident = elf_getident(elf, nullptr);
  found.big_endian = ident != nullptr && ident[EI_DATA] == ELFDATA2MSB;
  Elf_Scn* scn = nullptr;
  while ((scn = elf_nextscn(elf, scn)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(scn, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    const char* text = elf_strptr(elf, names, header.sh_name);
    const std::string_view name = text != nullptr ? text : "";
    if (name == ".debug_info" || name == ".zdebug_info") found.info = section_bytes(scn);
    if (name == ".debug_aranges" || name == ".zdebug_aranges") found.aranges = section_bytes(scn);
    if (name == ".debug_line" || name == ".zdebug_line") found.line = section_bytes(scn);
    if (name == ".debug_line_str" || name == ".zdebug_line_str") found.line_strings = section_bytes(scn);
    if (name == ".debug_str" || name == ".zdebug_str") found.strings = section_bytes(scn);
  }
  return found;
}

}  // namespace symbolize
