// Versions of Linux as kernels, tags and distributions write them, in the order in which they were released.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace depot {

// A release (rc == 0) or a release candidate. "6.8" and "6.8.0" are the same.
struct KernelVersion {
  std::uint16_t major_version = 0;
  std::uint16_t minor_version = 0;
  std::uint16_t patch = 0;
  std::uint16_t rc = 0;

  // 6.8-rc7 < 6.8 < 6.8.1 < 6.9-rc1.
  friend std::strong_ordering operator<=>(const KernelVersion& a, const KernelVersion& b);
  friend bool operator==(const KernelVersion& a, const KernelVersion& b) = default;

  // "6.8-rc4", "6.12.117", "5.15": what parse_kernel_version() reads back.
  [[nodiscard]] std::string to_string() const;
};

// Reads "6.8-rc4", "6.8.0-rc4", "v6.9-rc2-12-gabc", "5.15.0-91-generic", "6.12.117+deb12-cloud-amd64",
// "6.12.117-lab". What follows the numbers names a build and is not looked at, but must be set off by one of
// "-+_.~" or a space. Nothing if the text does not start with such a version.
[[nodiscard]] std::optional<KernelVersion> parse_kernel_version(std::string_view text);

}  // namespace depot
