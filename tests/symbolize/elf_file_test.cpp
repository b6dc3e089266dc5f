#include "symbolize/elf_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

#include "fixture.h"

namespace symbolize::test {

TEST_CASE("a kernel opens with its build-id and sections") {
  for (const std::string& path : kernels()) {
    CAPTURE(path);
    Result<ElfFile> file = ElfFile::open(path);
    REQUIRE(file);
    CHECK(file.value().build_id().size() == 40);
    CHECK_FALSE(file.value().relocatable());
    CHECK(file.value().has_dwarf());
    CHECK(file.value().dwarf() != nullptr);
    const auto sections = file.value().sections();
    const auto text = std::find_if(sections.begin(), sections.end(),
                                   [](const Section& section) { return section.name == ".text"; });
    REQUIRE(text != sections.end());
    CHECK(text->address == 0x20000000);
    CHECK(text->executable);
  }
}

TEST_CASE("a module's sections get addresses that do not overlap") {
  Result<ElfFile> file = ElfFile::open(program("module-gcc-5.ko"));
  REQUIRE(file);
  CHECK(file.value().relocatable());
  std::uint64_t end = 0;
  for (const Section& section : file.value().sections()) {
    CHECK(section.address >= end);
    end = section.address + section.size;
  }
  CHECK(end > 0);
}

TEST_CASE("what is no ELF file is refused with a message that names it") {
  const TemporaryFolder folder;
  const std::string fifo = folder.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::vector<std::string> paths = {folder.path() + "/absent",
                                          folder.path(),
                                          fifo,
                                          folder.write("empty", ""),
                                          folder.write("text", "Linux version 6.12\n"),
                                          folder.write("magic",
                                                       "\x7f"
                                                       "ELF"),
                                          folder.write("random", std::string(5000, '\xa5'))};
  for (const std::string& path : paths) {
    CAPTURE(path);
    const Result<ElfFile> file = ElfFile::open(path);
    REQUIRE_FALSE(file);
    CHECK_FALSE(file.failure().message.empty());
    CHECK(file.failure().file == path);
  }
}

TEST_CASE("a file without DWARF says so") {
  Result<ElfFile> file = ElfFile::open(program("kernel-no-dwarf"));
  REQUIRE(file);
  CHECK_FALSE(file.value().has_dwarf());
  CHECK(file.value().dwarf() == nullptr);
}

TEST_CASE("what is released can be read again, mapped or unpacked") {
  for (const char* name : {"kernel-gcc-5", "kernel-xz", "module-gcc-5.ko", "module-xz.ko.xz"}) {
    CAPTURE(name);
    if (!exists(program(name))) continue;
    Result<ElfFile> file = ElfFile::open(program(name));
    REQUIRE(file);
    file.value().dwarf();
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(elf_rawfile(file.value().elf(), &size));
    const std::vector<unsigned char> before(bytes, bytes + size);
    file.value().release({bytes, size});
    CHECK(std::equal(before.begin(), before.end(), bytes));
    file.value().release({});
    file.value().release({before.data(), before.size()});  // no part of the file
    CHECK_FALSE(before.empty());
  }
}

}  // namespace symbolize::test
