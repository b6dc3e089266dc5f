#include "fixture.h"

#include <doctest/doctest.h>
#include <gelf.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "symbolize/elf_file.h"

namespace symbolize::test {

namespace fs = std::filesystem;

std::string program(const std::string& name) {
  return std::string(SYMBOLIZE_PROGRAMS) + "/" + name;
}

bool exists(const std::string& path) {
  return fs::exists(path);
}

std::vector<std::string> kernels() {
  std::vector<std::string> found;
  for (const char* name : {"kernel-gcc-4", "kernel-gcc-5", "kernel-clang-4", "kernel-clang-5"}) {
    if (exists(program(name))) found.push_back(program(name));
  }
  return found;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

unsigned line_of(const std::string& source, const std::string& name) {
  std::istringstream lines(read_file(std::string(DEPOT_SOURCE_DIR) + "/testdata/symbolize/" + source));
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    if (line.find("/* line: " + name + " */") != std::string::npos) return number;
  }
  return 0;
}

std::uint64_t mark(const std::string& path, unsigned number) {
  Result<ElfFile> file = ElfFile::open(path);
  if (!file) return 0;
  const std::uint32_t wanted = 0x5eed0000U + number;
  for (const Section& section : file.value().sections()) {
    if (!section.executable) continue;
    const Elf_Data* data = elf_rawdata(elf_getscn(file.value().elf(), section.index), nullptr);
    if (data == nullptr || data->d_buf == nullptr) continue;
    for (std::size_t i = 0; i + sizeof wanted <= data->d_size; ++i) {
      if (std::memcmp(static_cast<const char*>(data->d_buf) + i, &wanted, sizeof wanted) == 0) {
        return section.address + i;
      }
    }
  }
  return 0;
}

Symbolizer open_kernel(const std::string& path, Options options) {
  options.vmlinux = path;
  Result<Symbolizer> opened = Symbolizer::open(std::move(options));
  REQUIRE_MESSAGE(opened, (opened ? "" : opened.failure().message));
  return std::move(opened).value();
}

Answer ask(Symbolizer& symbolizer, const Query& query) {
  std::vector<Answer> answers = symbolizer.resolve({&query, 1});
  REQUIRE(answers.size() == 1);
  return answers.front();
}

std::string text(const Answer& answer) {
  std::string result;
  if (answer.location) {
    for (const Place& place : answer.location->inlined) {
      result += place.function + " " + place.file + ":" + std::to_string(place.line) + " | ";
    }
    const Location& location = *answer.location;
    result += location.function + " " + location.file + ":" + std::to_string(location.line);
  }
  if (!answer.reason.empty()) result += "[" + answer.reason + "]";
  return result;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "symbolize-test-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& bytes) const {
  const fs::path target = fs::path(path_) / name;
  fs::create_directories(target.parent_path());
  std::ofstream(target, std::ios::binary) << bytes;
  return target.string();
}

std::string TemporaryFolder::copy(const std::string& from, const std::string& name) const {
  return write(name, read_file(from));
}

TEST_CASE("the fixtures are what the other tests take them for") {
  CHECK_FALSE(kernels().empty());
  for (const std::string& kernel : kernels()) {
    CAPTURE(kernel);
    for (unsigned number = 1; number <= 7; ++number) CHECK(mark(kernel, number) != 0);
    CHECK(mark(kernel, 99) == 0);
  }
  CHECK(line_of("include/shared.h", "inner") > 0);
  CHECK(line_of("include/shared.h", "nobody") == 0);
}

}  // namespace symbolize::test
