#include "symbolize/debug_file.h"

#include <elfutils/libdwelf.h>

#include <filesystem>
#include <system_error>

namespace symbolize {

std::vector<std::string> debug_file_paths(const ElfFile& file, std::span<const std::string> debug_dirs) {
  std::vector<std::string> paths;
  const std::string& id = file.build_id();
  if (id.size() > 2) {
    for (const std::string& dir : debug_dirs) {
      paths.push_back(dir + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug");
    }
  }
  GElf_Word checksum = 0;
  const char* link = dwelf_elf_gnu_debuglink(file.elf(), &checksum);
  // The link is a bare file name; a path in it is damage, or somebody's bad joke.
  if (link == nullptr || *link == '\0' || std::string_view(link).find('/') != std::string_view::npos)
    return paths;
  std::error_code error;
  const std::string folder = std::filesystem::absolute(file.path(), error).parent_path().string();
  paths.push_back(folder + "/" + link);
  paths.push_back(folder + "/.debug/" + link);
  for (const std::string& dir : debug_dirs) paths.push_back(dir + folder + "/" + link);
  return paths;
}

Result<ElfFile> open_debug_file(const ElfFile& file, std::span<const std::string> debug_dirs) {
  std::string tried;
  for (const std::string& path : debug_file_paths(file, debug_dirs)) {
    if (path == file.path()) continue;
    tried += (tried.empty() ? "" : ", ") + path;
    Result<ElfFile> opened = ElfFile::open(path);
    if (!opened || !opened.value().has_dwarf()) continue;
    // Without build-ids there is no way to tell a stale file; the link's checksum would cost a read of the
    // whole file.
    if (opened.value().build_id() != file.build_id()) continue;
    return opened;
  }
  return Failure{tried.empty() ? "no debug information" : "no debug information: tried " + tried, file.path(),
                 ""};
}

}  // namespace symbolize
