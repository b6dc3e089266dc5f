// Who saves stacks in the depot, and whose stacks an era evicts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "depot/era.h"

namespace depot {

enum class Client : std::uint8_t {
  kUnknown,
  kKasanGeneric,
  kKasanTags,  // SW_TAGS and HW_TAGS
  kSlub,       // owner tracking: slub_debug=U
  kPageOwner,
  kKmemleak,
  kKmsan,
  kRefTracker,
  kDrm,
};

inline constexpr std::size_t kClientCount = 9;

// "kasan-generic", "page_owner", ...: stable names for JSON and the command line.
[[nodiscard]] std::string_view client_name(Client client);

// The client of a name of client_name(); nothing for any other text.
[[nodiscard]] std::optional<Client> client_of(std::string_view name);

// True if that era's kernels save this client's stacks with STACK_DEPOT_FLAG_GET and put them: both modes of
// KASAN in v6.8-rc1 .. rc6 (773688a6cb24, f816938bff1f), the tag-based ones alone since v6.8-rc7
// (711d349174fd), none before.
[[nodiscard]] bool evicts(Era era, Client client);

// The most frames that the client hands over (v6.12): 64, 32, 16 or 8; 64 if unknown.
[[nodiscard]] std::uint32_t client_depth(Client client);

}  // namespace depot
