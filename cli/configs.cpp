#include "cli/configs.h"

#include <charconv>

#include "depot/era.h"
#include "depot/layout.h"

namespace cli {
namespace {

// "4096", "16K", "64k"; bytes
std::optional<std::uint32_t> read_size(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty()) return value;
  if ((unit == "K" || unit == "k" || unit == "KiB") && value <= 1024) return value * 1024;
  return std::nullopt;
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One "key=value"; empty if it was taken, else what is wrong.
std::string set_key(WhatIf& what_if, std::string_view key, std::string_view value) {
  auto& config = what_if.config;
  const auto bad = [&](std::string_view expected) {
    return std::string(key) + "=" + std::string(value) + ": expected " + std::string(expected);
  };
  if (key == "kernel") {
    what_if.kernel = depot::parse_kernel_version(value);
    return what_if.kernel ? "" : bad("a kernel version, e.g. 6.8-rc4 or 5.15.0-91-generic");
  }
  if (key == "page-size") {
    const auto size = read_size(value);
    if (!size) return bad("4K, 16K, 64K or bytes");
    config.page_size = *size;
  } else if (key == "word") {
    // 64 and 32 are bits, 8 and 4 bytes
    const auto word = read_number<std::uint32_t>(value);
    if (!word || (*word != 8 && *word != 4 && *word != 64 && *word != 32)) return bad("8 or 4 (bytes)");
    config.word = *word > 8 ? *word / 8 : *word;
  } else if (key == "max-frames") {
    const auto frames = read_number<std::uint32_t>(value);
    if (!frames) return bad("1 to 256");
    config.max_frames = *frames;
  } else if (key == "evict") {
    if (value == "none")
      config.evict = depot::Evict::kNone;
    else if (value == "kasan-generic")
      config.evict = depot::Evict::kKasanGeneric;
    else if (value == "kasan-tags")
      config.evict = depot::Evict::kKasanTags;
    else if (value == "all")
      config.evict = depot::Evict::kAll;
    else
      return bad("none, kasan-generic, kasan-tags or all");
  } else if (key == "grace") {
    const auto saves = read_number<std::uint64_t>(value);
    if (!saves) return bad("a number of saves");
    config.grace = *saves;
  } else if (key == "hash-order") {
    config.hash_order = read_number<std::uint32_t>(value);
    if (!config.hash_order) return bad("12 to 20");
  } else if (key == "kmsan") {
    if (value != "yes" && value != "no" && value != "1" && value != "0") return bad("yes or no");
    config.kmsan = value == "yes" || value == "1";
  } else if (key == "max-pools") {
    config.max_pools = read_number<std::uint32_t>(value);
    if (!config.max_pools) return bad("a number of pools");
  } else {
    return "'" + std::string(key) +
           "' is no key; there are kernel, page-size, word, max-frames, evict, grace, hash-order, kmsan, "
           "max-pools";
  }
  return "";
}

}  // namespace

std::variant<WhatIf, std::string> read_what_if(const std::string& text) {
  WhatIf what_if;
  what_if.text = text;
  std::string_view rest = text;
  if (rest.empty()) return std::string("empty; try kernel=6.8-rc4");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto pair = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return "'" + std::string(pair) + "' is not KEY=VALUE";
    if (auto error = set_key(what_if, pair.substr(0, equals), pair.substr(equals + 1)); !error.empty())
      return error;
  }
  what_if.config.name = text;
  if (what_if.kernel) what_if.config.kernel = *what_if.kernel;
  if (auto error = depot::config_error(what_if.config)) return *error;
  return what_if;
}

bool same_layout(const depot::Config& config, const depot::KernelVersion& kernel) {
  const auto* mine = depot::find_era(config.kernel);
  const auto* its = depot::find_era(kernel);
  return mine != nullptr && its != nullptr && mine->records == its->records;
}

std::vector<depot::Config> configs_for(const std::optional<depot::KernelVersion>& log,
                                       const std::vector<WhatIf>& what_if) {
  std::vector<depot::Config> configs;
  for (const auto& version : {depot::KernelVersion{6, 1, 0, 0}, depot::KernelVersion{6, 8, 0, 6},
                              depot::KernelVersion{6, 12, 0, 0}}) {
    depot::Config config;
    config.kernel = version;
    if (log && same_layout(config, *log)) config.kernel = *log;
    config.name = depot::Layout(config).label();
    configs.push_back(config);
  }
  for (const auto& asked : what_if) {
    auto config = asked.config;
    if (!asked.kernel && log) config.kernel = *log;
    // A log of a kernel that cannot be built like that: the question is then what a current one would do.
    if (depot::config_error(config)) config.kernel = asked.config.kernel;
    configs.push_back(config);
  }
  return configs;
}

}  // namespace cli
