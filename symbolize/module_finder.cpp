#include "symbolize/module_finder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace symbolize {
namespace {

// What may stand behind ".ko", and which is asked first: the debug file has all that the others have.
constexpr std::array<std::string_view, 7> kEndings = {".debug", "",     ".zst",     ".xz",
                                                      ".gz",    ".bz2", ".debug.xz"};

int rank(std::string_view path) {
  const std::size_t dot = path.rfind(".ko");
  const std::string_view ending = dot == std::string_view::npos ? "" : path.substr(dot + 3);
  const auto* found = std::find(kEndings.begin(), kEndings.end(), ending);
  return static_cast<int>(found - kEndings.begin());
}

}  // namespace

std::string module_key(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string_view module_of_file(std::string_view file_name) {
  const std::size_t dot = file_name.rfind(".ko");
  if (dot == std::string_view::npos || dot == 0) return {};
  const std::string_view ending = file_name.substr(dot + 3);
  if (std::find(kEndings.begin(), kEndings.end(), ending) == kEndings.end()) return {};
  return file_name.substr(0, dot);
}

void ModuleFinder::walk() {
  namespace fs = std::filesystem;
  walked_ = true;
  for (const std::string& dir : dirs_) {
    std::map<std::string, std::vector<std::string>> found;
    std::error_code error;
    fs::recursive_directory_iterator at(dir, fs::directory_options::skip_permission_denied, error);
    if (error) continue;
    for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
      if (error) break;
      const std::string name = at->path().filename().string();
      if (name == ".git") {
        at.disable_recursion_pending();
        continue;
      }
      const std::string_view module = module_of_file(name);
      if (!module.empty()) found[module_key(module)].push_back(at->path().string());
    }
    for (auto& entry : found) {
      std::vector<std::string>& paths = entry.second;
      // By name within a rank, since the order of a folder's entries is the file system's whim.
      std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
        return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
      });
      std::vector<std::string>& all = files_[entry.first];
      all.insert(all.end(), paths.begin(), paths.end());
    }
  }
}

const std::vector<std::string>& ModuleFinder::find(std::string_view name) {
  if (!walked_) walk();
  const auto found = files_.find(module_key(name));
  return found != files_.end() ? found->second : none_;
}

}  // namespace symbolize
