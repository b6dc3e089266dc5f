#include "parser/kernel_release.h"

#include <re2/re2.h>

#include "parser/scan.h"

namespace parser {
namespace {

std::string_view view(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

// The compiler's name in the banner, or nothing: a native gcc does not tell.
std::string arch_of(std::string_view banner) {
  constexpr std::pair<std::string_view, std::string_view> kTriples[] = {
      {"x86_64-linux", "x86_64"}, {"aarch64-linux", "arm64"},
      {"arm-linux", "arm"},       {"riscv64-linux", "riscv64"},
      {"s390x-linux", "s390x"},   {"powerpc64le-linux", "ppc64le"},
      {"mips", "mips"},           {"loongarch64-linux", "loongarch64"},
      {"i686-linux", "i386"},     {"-amd64 ", "x86_64"},
      {"-arm64 ", "arm64"},       {".x86_64 ", "x86_64"},
      {".aarch64 ", "arm64"}};
  for (const auto& [needle, arch] : kTriples)
    if (banner.find(needle) != std::string_view::npos) return std::string(arch);
  return {};
}

}  // namespace

std::optional<Boot> read_banner(std::string_view text, std::uint64_t line) {
  if (!skip(text, "Linux version ")) return std::nullopt;
  const auto release = text.substr(0, std::min(text.find(' '), text.size()));
  if (release.empty() || !is_digit(release.front())) return std::nullopt;
  return Boot{line, std::string(release), arch_of(text), true};
}

std::optional<CpuLine> read_cpu_line(std::string_view text) {
  // Taint is one character per flag, blanks between; "Kdump: loaded" stands before it where kexec is armed.
  static const RE2 kShape(
      R"(CPU: (\d+) (?:UID: \d+ )?PID: (-?\d+) Comm: (.*?) (?:Kdump: loaded )?(?:Not tainted|Tainted: [A-Z ]+?) +(\d+\.\d\S*)(?: .*)?)");
  re2::StringPiece comm, release;
  CpuLine line;
  if (!text.starts_with("CPU: ") ||
      !RE2::FullMatch({text.data(), text.size()}, kShape, &line.cpu, &line.pid, &comm, &release))
    return std::nullopt;
  line.comm = view(comm);
  line.release = view(release);
  return line;
}

}  // namespace parser
