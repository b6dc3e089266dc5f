// Expectations kept as files. With UPDATE_GOLDEN=1 one that differs is rewritten and the test fails all the
// same, so that a person looks.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tests {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void compare_golden(const std::filesystem::path& golden, const std::string& made) {
  const auto expected = std::filesystem::exists(golden) ? read_file(golden) : std::string();
  if (made != expected && std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << made;
  }
  CHECK_EQ(made, expected);
}

}  // namespace tests
