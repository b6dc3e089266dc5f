// The sources that the user has of a kernel, to show lines of.
#pragma once
#include <list>
#include <string>
#include <vector>

#include "cli/render/source_excerpt.h"

namespace cli {

class SourceTree {
 public:
  // `directory` is the root of the kernel's tree; file names of the debug information are looked up below it,
  // and nowhere else.
  explicit SourceTree(std::string directory) : directory_(std::move(directory)) {}

  // The lines around `line`, counted from 1; empty where there is no such file or line.
  std::vector<render::SourceLine> excerpt(const std::string& file, unsigned line);

 private:
  struct File {
    std::string name;
    std::vector<std::string> lines;
  };
  const File& read(const std::string& name);

  std::string directory_;
  std::list<File> files_;  // the last ones used, the latest first
};

}  // namespace cli
