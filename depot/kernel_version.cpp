#include "depot/kernel_version.h"

#include <charconv>
#include <tuple>

namespace depot {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes a number off the front of `text`; false if there is none, or one that no version has.
bool take_number(std::string_view& text, std::uint16_t& number) {
  if (text.empty() || !is_digit(text.front())) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// The release candidate that a suffix names: "-rc4", Debian's "~rc4", Fedora's "-0.rc4.37.fc40" and Ubuntu's
// "-060800rc4-generic". 0 if none; nothing if it starts to name one and does not.
std::optional<std::uint16_t> candidate(std::string_view suffix) {
  if (suffix.empty() || (suffix.front() != '-' && suffix.front() != '~')) return std::uint16_t{0};
  suffix.remove_prefix(1);
  const bool direct = suffix.substr(0, 2) == "rc";
  if (!direct) {
    while (!suffix.empty() && is_digit(suffix.front())) suffix.remove_prefix(1);
    if (!suffix.empty() && suffix.front() == '.') suffix.remove_prefix(1);
    if (suffix.substr(0, 2) != "rc") return std::uint16_t{0};
  }
  suffix.remove_prefix(2);
  if (!suffix.empty() && is_letter(suffix.front())) return std::uint16_t{0};  // "-rcu-test"
  std::uint16_t rc = 0;
  if (!take_number(suffix, rc) || rc == 0) return std::nullopt;
  return rc;
}

}  // namespace

std::strong_ordering operator<=>(const KernelVersion& a, const KernelVersion& b) {
  const auto rank = [](const KernelVersion& v) { return v.rc == 0 ? 0x10000 : static_cast<int>(v.rc); };
  return std::tuple(a.major_version, a.minor_version, a.patch, rank(a)) <=>
         std::tuple(b.major_version, b.minor_version, b.patch, rank(b));
}

std::string KernelVersion::to_string() const {
  std::string text = std::to_string(major_version) + "." + std::to_string(minor_version);
  if (patch != 0) text += "." + std::to_string(patch);
  if (rc != 0) text += "-rc" + std::to_string(rc);
  return text;
}

std::optional<KernelVersion> parse_kernel_version(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  KernelVersion version;
  if (!take_number(text, version.major_version) || text.empty() || text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  if (!take_number(text, version.minor_version)) return std::nullopt;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (!take_number(text, version.patch)) return std::nullopt;
  }
  if (text.empty()) return version;
  if (std::string_view("-+_.~ ").find(text.front()) == std::string_view::npos) return std::nullopt;
  const std::optional<std::uint16_t> rc = candidate(text);
  if (!rc) return std::nullopt;
  version.rc = *rc;
  return version;
}

}  // namespace depot
