#include "depot/config.h"

#include <bit>

#include "depot/hash_table.h"
#include "depot/layout.h"

namespace depot {
namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

std::optional<std::string> config_error(const Config& config) {
  const std::string kernel = "v" + config.kernel.to_string();
  const EraRow* const era = find_era(config.kernel);
  if (era == nullptr) return "kernel " + kernel + ": there is no stack depot before v4.6";
  if (!std::has_single_bit(config.page_size) || config.page_size < 4096 || config.page_size > 262144)
    return "page size " + number(config.page_size) +
           ": kernels have pages of 4 KiB to 256 KiB, a power of two";
  if (config.word != 4 && config.word != 8)
    return "word " + number(config.word) + ": a word has 4 or 8 bytes";
  if (config.max_frames < 1 || config.max_frames > 256)
    return "max-frames " + number(config.max_frames) + ": CONFIG_STACKDEPOT_MAX_FRAMES takes 1 to 256";
  if (!era->truncates && config.max_frames != 64)
    return "max-frames " + number(config.max_frames) +
           ": CONFIG_STACKDEPOT_MAX_FRAMES came with v6.8-rc1, and " + kernel + " keeps all frames";
  if (era->records == Records::kVariable && config.evict != Evict::kByEra && config.evict != Evict::kNone)
    return "evict: the depot of " + kernel + " never frees a record; that came with v6.8-rc1";
  if (config.hash_order) {
    const std::uint32_t order = *config.hash_order;
    if (order < era->min_hash_order || order > era->max_hash_order) {
      if (era->min_hash_order == era->max_hash_order)
        return "hash-order " + number(order) + ": the table of " + kernel + " always has 2^" +
               number(era->max_hash_order) + " buckets";
      return "hash-order " + number(order) + ": kernels have tables of order " + number(era->min_hash_order) +
             " to " + number(era->max_hash_order);
    }
  }
  if (config.kmsan && config.kernel < KernelVersion{6, 1, 0, 1})
    return "kmsan: KMSAN came with v6.1, which is later than " + kernel;
  if (config.max_pools) {
    const std::uint32_t pools = *config.max_pools;
    if (!era->pools_settable)
      return "max-pools " + number(pools) + ": stack_depot_max_pools= came with v6.17, which is later than " +
             kernel;
    const std::uint32_t most = Layout(config).settable_pools();
    if (pools < 1024 || pools > most)
      return "max-pools " + number(pools) + ": with pages of " + number(config.page_size / 1024) +
             " KiB the kernel takes 1024 to " + number(most) + ", and its default for anything else";
  }
  return std::nullopt;
}

bool saves_refcounted(const Config& config, Client client, std::optional<bool> evictable) {
  const EraRow* const era = find_era(config.kernel);
  if (era == nullptr || era->records == Records::kVariable) return false;
  const bool flag = evictable.value_or(false);
  switch (config.evict) {
    case Evict::kNone:
      return false;
    case Evict::kAll:
      return true;
    case Evict::kKasanGeneric:
      return client == Client::kKasanGeneric || (client == Client::kUnknown && flag);
    case Evict::kKasanTags:
      return client == Client::kKasanTags || (client == Client::kUnknown && flag);
    case Evict::kByEra:
      return evictable.has_value() ? flag : evicts(era->era, client);
  }
  return false;
}

}  // namespace depot
