#include "parser/grouping/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "parser/scan.h"
#include "parser/title.h"

namespace parser {
namespace {

constexpr std::size_t kDigits = 12;

struct Renamed {
  std::string_view then, now;
};
// One kind, several names.
constexpr std::array<Renamed, 3> kKinds{{
    {"slab-use-after-free", "use-after-free"},        // since v6.3, for slab objects
    {"double-free or invalid-free", "invalid-free"},  // until about v5.19
    {"double-free", "invalid-free"},                  // told apart since
}};
// What stands before "sys_NAME", and what the macros of system calls put around it.
constexpr std::array<std::string_view, 7> kEntryPoints{"__x64_",   "__ia32_", "__arm64_", "__s390x_",
                                                       "__riscv_", "__se_",   "__do_"};
constexpr std::array<Renamed, 3> kOldEntryPoints{{{"SYSC_", "sys_"}, {"SyS_", "sys_"}, {"ksys_", "sys_"}}};

std::string canonical_function(std::string_view name) {
  name = without_compiler_suffix(name);
  for (const auto prefix : kEntryPoints) {
    const auto rest = name.substr(std::min(prefix.size(), name.size()));
    if (name.starts_with(prefix) && (rest.starts_with("sys_") || rest.starts_with("compat_sys_"))) {
      name = rest;
      break;
    }
  }
  for (const auto& [then, now] : kOldEntryPoints)
    if (name.starts_with(then)) return std::string(now) + std::string(name.substr(then.size()));
  return std::string(name);
}

}  // namespace

std::string canonical_label(std::string_view label) {
  std::string text(label);
  // Only the kind that stands right behind the detector's name: functions may be called anything.
  for (const auto& [then, now] : kKinds) {
    const auto colon = text.find(": ");
    if (colon != std::string::npos && text.compare(colon + 2, then.size(), then) == 0) {
      text.replace(colon + 2, then.size(), now);
      break;
    }
  }
  std::string result;
  bool after_in = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = std::string_view(text).substr(at, end - at);
    if (!result.empty()) result += ' ';
    result += after_in ? canonical_function(word) : std::string(word);
    after_in = word == "in";
    at = end + 1;
  }
  return result;
}

std::string signature_of(std::string_view label) {
  // FNV-1a, then mixed, since only a part of the bits is shown.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : canonical_label(label)) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx",
                static_cast<unsigned long long>(hash ^ (hash >> 29)));
  return std::to_string(kSignatureScheme) + "-" + std::string(digits.data(), kDigits);
}

int signature_scheme(std::string_view signature) {
  const auto dash = signature.find('-');
  if (dash == 0 || dash == std::string_view::npos || signature.size() != dash + 1 + kDigits) return 0;
  for (const char c : signature.substr(dash + 1))
    if (!is_digit(c) && !(c >= 'a' && c <= 'f')) return 0;
  return to_number<int>(signature.substr(0, dash)).value_or(0);
}

}  // namespace parser
