// Paths of the debug information made short: "/build/linux/debian/../mm/slub.c" becomes "mm/slub.c".
#pragma once

#include <elfutils/libdw.h>

#include <string>
#include <string_view>
#include <vector>

namespace symbolize {

// The path without "//", "/./" and "dir/../"; symbolic links are not looked at.
std::string normal_path(std::string_view path);

class PathStripper {
 public:
  // Adds the directories that a unit betrays: the root of the kernel's source tree, recognised by headers and
  // files that every kernel build has, and the directory where the compiler was started.
  void learn(Dwarf* dwarf, Dwarf_Off unit);
  // Strips this prefix and no other.
  void fix(std::string_view prefix);

  // The normal path, without the longest prefix that fits.
  std::string strip(std::string_view path) const;

 private:
  void add(std::string_view directory);

  bool fixed_ = false;
  std::vector<std::string> prefixes_;  // each ends in '/', longest first
};

}  // namespace symbolize
