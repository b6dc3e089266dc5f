// Where the file of a kernel module is: folders are walked once, and every name that looks like a module's is
// kept.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace symbolize {

// "snd-hda-intel" and "snd_hda_intel" are one module; the kernel prints the latter.
std::string module_key(std::string_view name);

// The module's name in a file name such as "ext4.ko", "ext4.ko.debug", "ext4.ko.xz"; empty for other files.
std::string_view module_of_file(std::string_view file_name);

class ModuleFinder {
 public:
  explicit ModuleFinder(std::vector<std::string> dirs) : dirs_(std::move(dirs)) {}

  // Paths of all files of that module, best first: in the order of the folders, and in each .ko.debug before
  // .ko before compressed ones. Walks the folders at the first call; links to folders are not followed.
  const std::vector<std::string>& find(std::string_view name);
  const std::vector<std::string>& dirs() const { return dirs_; }

 private:
  void walk();

  std::vector<std::string> dirs_;
  bool walked_ = false;
  std::map<std::string, std::vector<std::string>, std::less<>> files_;  // by module_key
  std::vector<std::string> none_;
};

}  // namespace symbolize
