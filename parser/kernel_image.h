// What a log says of the kernel image that runs: which build it is and where it was put. Both are needed to
// find the kernel's code in a vmlinux.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace parser {

// "Kernel Offset: 0x2c600000 from 0xffffffff81000000 (relocation range: ...)", and 0 for "Kernel Offset:
// disabled": how far KASLR moved the kernel. Printed by a panic.
std::optional<std::uint64_t> read_kernel_offset(std::string_view text);

// The vmlinux's build-id in hex, with CONFIG_STACKTRACE_BUILD_ID the last word of the line that dump_stack
// prints: "CPU: 0 UID: 0 PID: 209 Comm: init ... 6.12.117-lab #2  89486221120051402a1c1b76dd990ce337fc3008".
// Empty for any other line.
std::string_view read_kernel_build_id(std::string_view text);

// All that the given logs say of images, whatever boot it is of: a look at their bytes beside the parser.
class KernelImages {
 public:
  static constexpr std::size_t kMost = 1000;  // of each kind

  void feed(std::string_view chunk);
  void end_input();

  [[nodiscard]] const std::set<std::string>& build_ids() const { return build_ids_; }
  [[nodiscard]] const std::set<std::uint64_t>& offsets() const { return offsets_; }

 private:
  void read(std::string_view line);

  std::string held_;  // the start of a line whose end has not come yet
  std::set<std::string> build_ids_;
  std::set<std::uint64_t> offsets_;
};

}  // namespace parser
