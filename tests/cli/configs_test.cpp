#include "cli/configs.h"

#include <doctest/doctest.h>

namespace {

cli::WhatIf good(const std::string& text) {
  auto read = cli::read_what_if(text);
  REQUIRE_MESSAGE(std::holds_alternative<cli::WhatIf>(read), std::get<std::string>(read));
  return std::get<cli::WhatIf>(read);
}

std::string bad(const std::string& text) {
  auto read = cli::read_what_if(text);
  REQUIRE(std::holds_alternative<std::string>(read));
  return std::get<std::string>(read);
}

}  // namespace

TEST_CASE("--what-if takes every key") {
  const auto what_if = good(
      "kernel=6.8-rc1,max-frames=32,page-size=16K,evict=kasan-generic,grace=1000,word=4,hash-order=14,kmsan="
      "yes");
  CHECK_EQ(what_if.config.name, what_if.text);
  CHECK_EQ(what_if.config.kernel.to_string(), "6.8-rc1");
  CHECK_EQ(what_if.config.max_frames, 32);
  CHECK_EQ(what_if.config.page_size, 16384);
  CHECK_EQ(what_if.config.evict, depot::Evict::kKasanGeneric);
  CHECK_EQ(what_if.config.grace, 1000);
  CHECK_EQ(what_if.config.word, 4);
  CHECK_EQ(what_if.config.hash_order, 14);
  CHECK(what_if.config.kmsan);
  CHECK_EQ(good("kernel=6.17,max-pools=2048").config.max_pools, 2048);
}

TEST_CASE("--what-if says what is wrong") {
  CHECK_NE(bad("").find("empty"), std::string::npos);
  CHECK_NE(bad("max-frames").find("not KEY=VALUE"), std::string::npos);
  CHECK_NE(bad("colour=red").find("no key"), std::string::npos);
  CHECK_NE(bad("kernel=later").find("kernel version"), std::string::npos);
  CHECK_NE(bad("page-size=5000000000K").find("page-size"), std::string::npos);
  CHECK_NE(bad("evict=some").find("kasan-generic"), std::string::npos);
  // What the texts of the keys allow, but no kernel does.
  CHECK_NE(bad("max-frames=257").find("max-frames"), std::string::npos);
  CHECK_NE(bad("page-size=5K").find("page"), std::string::npos);
}

TEST_CASE("the default set has a row for each layout, the log's kernel in its own") {
  const auto none = cli::configs_for(std::nullopt, {});
  REQUIRE_EQ(none.size(), cli::kDefaultConfigs);
  CHECK_EQ(none[1].name, "6.8-rc1..rc6 fixed 544 B");
  const auto old = cli::configs_for(depot::parse_kernel_version("5.15.0-91-generic"), {});
  CHECK_EQ(old[0].kernel.to_string(), "5.15");
  CHECK(cli::same_layout(old[0], *depot::parse_kernel_version("5.15.0-91-generic")));
  CHECK_FALSE(cli::same_layout(old[2], *depot::parse_kernel_version("5.15.0-91-generic")));
}

TEST_CASE("a --what-if without a kernel is about the log's") {
  const auto configs = cli::configs_for(depot::parse_kernel_version("6.1.192-lab"), {good("page-size=64K")});
  REQUIRE_EQ(configs.size(), cli::kDefaultConfigs + 1);
  CHECK_EQ(configs.back().kernel.to_string(), "6.1.192");
  CHECK_EQ(configs.back().page_size, 65536);
}
