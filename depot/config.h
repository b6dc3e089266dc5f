// What chooses a depot's layout and behaviour: the kernel, its build and boot options, and what a replay
// assumes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "depot/client.h"
#include "depot/kernel_version.h"

namespace depot {

// Whose stacks are saved refcounted and may be evicted.
enum class Evict : std::uint8_t {
  kByEra,         // not said: a stack's own flag if it has one, else the clients of the era
  kNone,          // nobody's
  kKasanGeneric,  // generic KASAN's alone
  kKasanTags,     // tag-based KASAN's alone
  kAll,           // everybody's
};

struct Config {
  std::string name;                   // what reports call it; may be empty
  KernelVersion kernel{6, 12, 0, 0};  // chooses the era
  std::uint32_t page_size = 4096;     // bytes
  std::uint32_t word = 8;             // bytes of an unsigned long: 4 or 8
  std::uint32_t max_frames = 64;      // CONFIG_STACKDEPOT_MAX_FRAMES (v6.8 ..)
  Evict evict = Evict::kByEra;
  std::uint64_t grace = 0;  // saves until an evicted slot may be reused; no effect before v6.8-rc3
  std::optional<std::uint32_t> hash_order;  // log2 of the buckets; 20, as with KASAN, if not given
  bool kmsan = false;                       // CONFIG_KMSAN, for its cap on pools
  std::optional<std::uint32_t> max_pools;   // stack_depot_max_pools= (v6.17 ..)
};

// Why no kernel can be like that, in a sentence for the user ("max-pools=100: v6.17 takes 1024 .. 131071
// ..."); nothing if one can. Layout, PoolModel and Replay want configs that passed; others give some numbers,
// but never a crash.
[[nodiscard]] std::optional<std::string> config_error(const Config& config);

// Whether a save is refcounted under a config. `evictable` is the stack's own flag, where its source has one.
// An explicit `evict` decides by client (a client that is not known goes by its own flag, unless it is none
// or all); else the flag; else client and era. Never before v6.8, where nothing evicts.
[[nodiscard]] bool saves_refcounted(const Config& config, Client client, std::optional<bool> evictable);

}  // namespace depot
