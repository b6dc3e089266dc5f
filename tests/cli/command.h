// Commands as typed, in-process: options through CLI11, inputs in a folder of their own.
#pragma once
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/render/screen.h"

namespace CLI {
class App;
}

namespace tests {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "depot-analyze-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // The path of a new file with that text.
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string testdata(const std::string& name) {
  return std::string(DEPOT_SOURCE_DIR) + "/testdata/" + name;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Ran {
  cli::ExitCode exit{};
  std::string out, err;
};

// Defined for the commands' options in command.cpp, so that CLI11 is compiled once for all tests.
template <typename Options>
Ran run(void (*setup)(CLI::App&, Options&),
        cli::ExitCode (*command)(const Options&, const cli::render::Screen&, std::ostream&, std::ostream&),
        std::vector<std::string> arguments, const cli::render::Screen& screen = {});

}  // namespace tests
