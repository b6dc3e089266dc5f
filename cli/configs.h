// Which kernels and configs an analysis compares: the default set, and what the user asks with --what-if.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "depot/config.h"
#include "depot/kernel_version.h"

namespace cli {

// "kernel=6.8-rc1,max-frames=32,page-size=16K,evict=kasan-generic,grace=1000" as settings; keys not given
// stay open.
struct WhatIf {
  std::string text;  // as written; the config's name
  std::optional<depot::KernelVersion> kernel;
  depot::Config config;
};

// The settings, or what is wrong with them in words for the user.
std::variant<WhatIf, std::string> read_what_if(const std::string& text);

// How many configs configs_for() always has, before the user's.
inline constexpr std::size_t kDefaultConfigs = 3;

// One config for each way in which kernels have laid records out, oldest first, then the user's. `log` is the
// kernel that speaks in the input; it stands for its own layout and for a --what-if that names no kernel.
std::vector<depot::Config> configs_for(const std::optional<depot::KernelVersion>& log,
                                       const std::vector<WhatIf>& what_if);

// Whether a kernel lays its records out as `config` does: the row is then "this log's".
bool same_layout(const depot::Config& config, const depot::KernelVersion& kernel);

}  // namespace cli
