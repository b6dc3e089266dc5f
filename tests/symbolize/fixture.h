// What the tests share: the programs that CMake built from testdata/symbolize, and where in them and in their
// sources the marked places are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "symbolize/symbolizer.h"

namespace symbolize::test {

// Path of a built program, "kernel-gcc-5"; it may not be there when its compiler is not.
std::string program(const std::string& name);
bool exists(const std::string& path);
// The kernels that were built: by gcc and perhaps clang, with DWARF 4 and 5.
std::vector<std::string> kernels();

// Line of "/* line: NAME */" in a source of testdata/symbolize ("init/main.c"); 0 when there is none.
unsigned line_of(const std::string& source, const std::string& name);
// Link-time address of MARK(number) in a program; 0 when it is not there.
std::uint64_t mark(const std::string& path, unsigned number);

Symbolizer open_kernel(const std::string& path, Options options = {});
// The answer to one query; `resolve` takes many, but most tests ask one thing.
Answer ask(Symbolizer& symbolizer, const Query& query);
// "inner include/shared.h:7 | middle include/shared.h:12 | outer init/main.c:20", or the reason in brackets.
std::string text(const Answer& answer);

// A folder that is gone when this goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& bytes) const;
  std::string copy(const std::string& from, const std::string& name) const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);

}  // namespace symbolize::test
