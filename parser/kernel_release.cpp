#include "parser/kernel_release.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "parser/scan.h"

namespace parser {
namespace {

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

// Of the blank before `words` where they stand last. That blank is not looked for itself: such lines hold
// many.
std::size_t last_place(std::string_view text, std::string_view words) {
  auto last = std::string_view::npos;
  for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1))
    if (at > 0 && text[at - 1] == ' ') last = at - 1;
  return last;
}

bool is_taint(char c) {
  return c == ' ' || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::optional<Boot> read_banner(std::string_view text, std::uint64_t line) {
  if (!skip(text, "Linux version ")) return std::nullopt;
  const auto release = text.substr(0, std::min(text.find(' '), text.size()));
  if (release.empty() || !is_digit(release.front())) return std::nullopt;
  return Boot{line, std::string(release), arch_of(text), true};
}

std::optional<std::uint32_t> read_hash_order(std::string_view text) {
  if (!skip(text, "stackdepot hash table entries: ")) return std::nullopt;
  const auto entries = take_number<std::uint64_t>(text);
  if (!entries || !std::has_single_bit(*entries) || !text.starts_with(" (order: ")) return std::nullopt;
  return static_cast<std::uint32_t>(std::countr_zero(*entries));
}

// By hand: this line stands in each report, and a name that may hold blanks makes a pattern slow.
std::optional<CpuLine> read_cpu_line(std::string_view text) {
  CpuLine line;
  if (!skip(text, "CPU: ")) return std::nullopt;
  const auto cpu = take_number<std::int64_t>(text);
  if (!cpu) return std::nullopt;
  // v6.12+
  if (skip(text, " UID: ") && !take_number<std::uint32_t>(text)) return std::nullopt;
  if (!skip(text, " PID: ")) return std::nullopt;
  const auto pid = take_number<std::int64_t>(text);
  if (!pid || !skip(text, " Comm: ")) return std::nullopt;

  // Taint is one character per flag, blanks between: "Tainted: G    B   W  O       6.12.117-lab #2"
  auto taint = last_place(text, "Not tainted ");
  auto release = text.substr(std::min(text.size(), taint == std::string_view::npos ? taint : taint + 13));
  if (taint == std::string_view::npos) {
    taint = last_place(text, "Tainted: ");
    if (taint == std::string_view::npos) return std::nullopt;
    release = text.substr(taint + 10);
    const auto* behind = std::find_if_not(release.begin(), release.end(), is_taint);
    release.remove_prefix(static_cast<std::size_t>(behind - release.begin()));
  }
  line.cpu = *cpu;
  line.pid = *pid;
  line.comm = text.substr(0, taint);
  if (line.comm.ends_with(" Kdump: loaded")) line.comm.remove_suffix(14);
  line.release = release.substr(0, release.find(' '));
  if (line.release.empty() || !is_digit(line.release.front())) return std::nullopt;
  return line;
}

}  // namespace parser
