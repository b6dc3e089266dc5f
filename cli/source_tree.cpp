#include "cli/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace cli {
namespace {

constexpr std::size_t kFilesKept = 64;
constexpr std::uintmax_t kLargest = std::uintmax_t{16} << 20;  // bytes; no source is larger
constexpr unsigned kAround = 3;

// The name below the tree's root; empty if it leads out of it, as one out of a hostile file may.
std::string below(const std::string& name) {
  const auto path = std::filesystem::path(name).lexically_normal().relative_path();
  if (path.empty() || *path.begin() == "..") return {};
  return path.string();
}

}  // namespace

const SourceTree::File& SourceTree::read(const std::string& name) {
  const auto known =
      std::find_if(files_.begin(), files_.end(), [&](const File& file) { return file.name == name; });
  if (known != files_.end()) {
    files_.splice(files_.begin(), files_, known);
    return files_.front();
  }
  if (files_.size() >= kFilesKept) files_.pop_back();
  auto& file = files_.emplace_front();
  file.name = name;
  const auto relative = below(name);
  const auto path = std::filesystem::path(directory_) / relative;
  std::error_code error;
  if (relative.empty() || !std::filesystem::is_regular_file(path, error)) return file;
  if (const auto size = std::filesystem::file_size(path, error); error || size > kLargest) return file;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) file.lines.push_back(std::move(line));
  return file;
}

std::vector<render::SourceLine> SourceTree::excerpt(const std::string& file, unsigned line) {
  std::vector<render::SourceLine> excerpt;
  if (file.empty() || line == 0) return excerpt;
  const auto& lines = read(file).lines;
  if (line > lines.size()) return excerpt;
  const auto last = std::min<std::size_t>(lines.size(), std::size_t{line} + kAround);
  for (std::size_t number = line > kAround ? line - kAround : 1; number <= last; ++number)
    excerpt.push_back({static_cast<unsigned>(number), lines[number - 1]});
  return excerpt;
}

}  // namespace cli
