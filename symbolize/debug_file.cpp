#include "symbolize/debug_file.h"

#include <elfutils/libdwelf.h>

#include <algorithm>
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
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path given = fs::absolute(file.path(), error);
  // /lib/modules is /usr/lib/modules by a link, and the tree of debug files knows one of the two names.
  const fs::path real = fs::canonical(file.path(), error);
  std::vector<std::string> folders = {given.parent_path().string()};
  if (!error && real.parent_path() != given.parent_path()) folders.push_back(real.parent_path().string());
  if (!error && real.parent_path().string().compare(0, 5, "/usr/") == 0)
    folders.push_back(real.parent_path().string().substr(4));
  GElf_Word checksum = 0;
  const char* link = dwelf_elf_gnu_debuglink(file.elf(), &checksum);
  // The link is a bare file name; a path in it is damage, or somebody's bad joke.
  const bool linked =
      link != nullptr && *link != '\0' && std::string_view(link).find('/') == std::string_view::npos;
  if (linked) {
    paths.push_back(folders.front() + "/" + link);
    paths.push_back(folders.front() + "/.debug/" + link);
  }
  // Without a link the debug file of a module has its name: ext4.ko.xz is packed, its debug file is not.
  const std::string name = given.filename().string();
  const std::size_t ending = name.rfind(".ko.");
  const std::string plain = ending != std::string::npos ? name.substr(0, ending + 3) : name;
  for (const std::string& dir : debug_dirs) {
    for (const std::string& folder : folders) {
      if (linked) paths.push_back(dir + folder + "/" + link);
      paths.push_back(dir + folder + "/" + plain);
      paths.push_back(dir + folder + "/" + plain + ".debug");
    }
  }
  std::vector<std::string> once;
  for (std::string& path : paths) {
    if (std::find(once.begin(), once.end(), path) == once.end()) once.push_back(std::move(path));
  }
  return once;
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
