#include "symbolize/source_path.h"

#include <algorithm>
#include <array>

#include "symbolize/die.h"

namespace symbolize {
namespace {

// Files whose place in a kernel tree is known: what is before them is the tree's root. Few units name the
// headers that the kernel's Makefile puts in front of each (-include), since no line is theirs; nearly all
// have code of one of the others.
constexpr std::array<std::string_view, 8> kLandmarks = {
    "/include/linux/compiler_types.h", "/include/linux/kconfig.h",
    "/include/linux/types.h",          "/include/linux/list.h",
    "/include/linux/slab.h",           "/include/linux/sched.h",
    "/include/linux/module.h",         "/init/main.c"};

std::string_view root_by_landmark(std::string_view path) {
  for (const std::string_view landmark : kLandmarks) {
    if (path.size() > landmark.size() && path.substr(path.size() - landmark.size()) == landmark) {
      return path.substr(0, path.size() - landmark.size());
    }
  }
  return {};
}

std::string joined(const std::string& directory, const char* path) {
  if (*path == '/' || directory.empty()) return path;
  return directory + "/" + path;
}

}  // namespace

std::string normal_path(std::string_view path) {
  const bool absolute = !path.empty() && path.front() == '/';
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !absolute) {
      parts.push_back(part);
    }
  }
  std::string result;
  for (const std::string_view part : parts) {
    if (!result.empty() || absolute) result.push_back('/');
    result.append(part);
  }
  return result;
}

void PathStripper::add(std::string_view directory) {
  std::string prefix = normal_path(directory);
  if (prefix.empty() || prefix == "/") return;
  prefix.push_back('/');
  if (std::find(prefixes_.begin(), prefixes_.end(), prefix) != prefixes_.end()) return;
  prefixes_.push_back(std::move(prefix));
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

void PathStripper::fix(std::string_view prefix) {
  prefixes_.clear();
  add(prefix);
  fixed_ = true;
}

void PathStripper::learn(Dwarf* dwarf, Dwarf_Off unit) {
  if (fixed_) return;
  Dwarf_Die root;
  if (dwarf_offdie(dwarf, unit, &root) == nullptr) return;
  Dwarf_Attribute attribute;
  std::string directory;
  if (dwarf_attr(&root, DW_AT_comp_dir, &attribute) != nullptr) {
    const char* text = dwarf_formstring(&attribute);
    if (text != nullptr) directory = text;
  }
  std::string tree;
  const char* name = dwarf_diename(&root);
  if (name != nullptr) tree = root_by_landmark(normal_path(joined(directory, name)));
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (tree.empty() && dwarf_getsrcfiles(&root, &files, &count) == 0) {
    for (std::size_t i = 0; i < count && tree.empty(); ++i) {
      const char* path = dwarf_filesrc(files, i, nullptr, nullptr);
      if (path != nullptr) tree = root_by_landmark(normal_path(joined(directory, path)));
    }
  }
  add(tree);
  add(directory);
}

std::string PathStripper::strip(std::string_view path) const {
  std::string normal = normal_path(path);
  for (const std::string& prefix : prefixes_) {
    if (normal.compare(0, prefix.size(), prefix) == 0) return normal.substr(prefix.size());
  }
  return normal;
}

}  // namespace symbolize
