#include "depot/client.h"

#include <cstddef>

namespace depot {
namespace {

struct ClientRow {
  Client client;
  std::string_view name;
  std::uint32_t depth;  // frames at most, mm/ and lib/ of v6.12
};

constexpr std::array<ClientRow, kClientCount> kClients{{
    {Client::kUnknown, "unknown", 64},
    {Client::kKasanGeneric, "kasan-generic", 64},
    {Client::kKasanTags, "kasan-tags", 64},
    {Client::kSlub, "slub", 16},
    {Client::kPageOwner, "page_owner", 16},
    {Client::kKmemleak, "kmemleak", 16},
    {Client::kKmsan, "kmsan", 64},
    {Client::kRefTracker, "ref_tracker", 16},
    {Client::kDrm, "drm", 32},  // drm_mm; the other users in DRM keep 8
}};

}  // namespace

std::string_view client_name(Client client) {
  return kClients[static_cast<std::size_t>(client)].name;
}

std::optional<Client> client_of(std::string_view name) {
  for (const ClientRow& row : kClients)
    if (row.name == name) return row.client;
  return std::nullopt;
}

bool evicts(Era era, Client client) {
  switch (era_row(era).records) {
    case Records::kVariable:
      return false;
    case Records::kFixed:
      return client == Client::kKasanGeneric || client == Client::kKasanTags;
    case Records::kMixed:
      return client == Client::kKasanTags;
  }
  return false;
}

std::uint32_t client_depth(Client client) {
  return kClients[static_cast<std::size_t>(client)].depth;
}

}  // namespace depot
