// Versions, eras, sizes, caps and handles against the figures of spec/stack-depot.md, section 1.
#include "depot/layout.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

namespace {

using depot::Config;
using depot::Era;
using depot::KernelVersion;
using depot::Layout;
using depot::parse_kernel_version;

Config config(const char* version, std::uint32_t page_size = 4096, std::uint32_t word = 8,
              std::uint32_t frames = 64) {
  Config c;
  c.kernel = parse_kernel_version(version).value();
  c.page_size = page_size;
  c.word = word;
  c.max_frames = frames;
  return c;
}

std::uint32_t size(const char* version, std::uint32_t word, std::uint64_t n, bool refcounted = false,
                   std::uint32_t frames = 64) {
  return Layout(config(version, 4096, word, frames)).record(n, refcounted).total();
}

}  // namespace

TEST_CASE("kernel versions as they are written") {
  const std::vector<std::pair<const char*, KernelVersion>> good{
      {"6.8-rc4", {6, 8, 0, 4}},
      {"6.8.0-rc4", {6, 8, 0, 4}},
      {"v6.9-rc2-12-gabc", {6, 9, 0, 2}},
      {"5.15.0-91-generic", {5, 15, 0, 0}},
      {"6.12.117+deb12-cloud-amd64", {6, 12, 117, 0}},
      {"6.12.117-lab", {6, 12, 117, 0}},
      {"6.8~rc4-1~exp1", {6, 8, 0, 4}},
      {"6.8.0-0.rc4.37.fc40.x86_64", {6, 8, 0, 4}},
      {"6.8.0-060800rc4-generic", {6, 8, 0, 4}},
      {"6.8.0-rcu-test", {6, 8, 0, 0}},
      {"4.6", {4, 6, 0, 0}},
      {"6.6.15-amd64 #1 SMP", {6, 6, 15, 0}},
  };
  for (const auto& row : good) {
    const char* const text = row.first;
    const KernelVersion version = row.second;
    CAPTURE(text);
    REQUIRE(parse_kernel_version(text));
    CHECK(*parse_kernel_version(text) == version);
    CHECK(*parse_kernel_version(parse_kernel_version(text)->to_string()) == version);
  }
  for (const char* text : {"", "v", "6", "6.", "6.8.", ".8", "six", "6.8x", "6.8rc4", "6.8-rc", "6.8-rc0",
                           "70000.1", "6.70000", "-6.8", " 6.8", "6.8.0-rc99999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_kernel_version(text));
  }
  const char* const order[] = {"4.6",       "5.15.91", "6.8-rc1", "6.8-rc7", "6.8",
                               "6.8.1-rc1", "6.8.1",   "6.9-rc1", "6.10"};
  for (std::size_t i = 0; i + 1 < std::size(order); ++i) {
    CHECK(*parse_kernel_version(order[i]) < *parse_kernel_version(order[i + 1]));
    CHECK_FALSE(*parse_kernel_version(order[i + 1]) < *parse_kernel_version(order[i]));
  }
}

TEST_CASE("each kernel finds its era") {
  const std::vector<std::tuple<const char*, Era, const char*>> rows{
      {"4.6", Era::kA0, "4.6 .. 4.8 (24 + 8n)"},
      {"4.8.17", Era::kA0, "4.6 .. 4.8 (24 + 8n)"},
      {"4.19.300", Era::kA1, "4.9 .. 6.0 (24 + 8n)"},
      {"5.15.0-91-generic", Era::kA2, "4.9 .. 6.0 (24 + 8n)"},
      {"6.0.9", Era::kA3, "4.9 .. 6.0 (24 + 8n)"},
      {"6.1.192", Era::kA4, "6.1 .. 6.7 (24 + 8n)"},
      {"6.7.12", Era::kA5, "6.1 .. 6.7 (24 + 8n)"},
      {"6.8-rc1", Era::kB0, "6.8-rc1..rc6 fixed 544 B"},
      {"6.8-rc2", Era::kB0, "6.8-rc1..rc6 fixed 544 B"},
      {"6.8.0-rc3", Era::kB1, "6.8-rc1..rc6 fixed 544 B"},
      {"6.8-rc6", Era::kB1, "6.8-rc1..rc6 fixed 544 B"},
      {"6.8-rc7", Era::kC0, "6.8-rc7 .. 6.8.2 (32 + 8n)"},
      {"6.8.0", Era::kC0, "6.8-rc7 .. 6.8.2 (32 + 8n)"},
      {"6.8.2", Era::kC0, "6.8-rc7 .. 6.8.2 (32 + 8n)"},
      {"6.8.3", Era::kC1, "6.9 .. (32 + 8n)"},
      {"6.8.5", Era::kC2, "6.9 .. (32 + 8n)"},
      {"6.9-rc1", Era::kC2, "6.9 .. (32 + 8n)"},
      {"6.12.117+deb12-cloud-amd64", Era::kC2, "6.9 .. (32 + 8n)"},
      {"6.17-rc1", Era::kC3, "6.9 .. (32 + 8n)"},
      {"7.1", Era::kC3, "6.9 .. (32 + 8n)"},
  };
  for (const auto& row : rows) {
    const char* const version = std::get<0>(row);
    const Era era = std::get<1>(row);
    const std::string label = std::get<2>(row);
    CAPTURE(version);
    const Layout layout(config(version));
    CHECK(layout.era().era == era);
    CHECK(layout.label() == label);
    CHECK(depot::era_row(era).era == era);
  }
  CHECK(depot::find_era({4, 5, 7, 0}) == nullptr);
  CHECK(Layout(config("6.1", 4096, 4)).label() == "6.1 .. 6.7 (16 + 4n)");
  CHECK(Layout(config("6.8-rc1", 4096, 4)).label() == "6.8-rc1..rc6 fixed 288 B");
}

TEST_CASE("record sizes") {
  // n, then v6.1 and v6.12 with words of 8 and 4 bytes.
  const std::uint32_t table[][5] = {
      {1, 32, 32, 48, 32},    {2, 48, 32, 48, 32},      {3, 48, 32, 64, 48},      {4, 64, 32, 64, 48},
      {8, 96, 48, 96, 64},    {13, 128, 80, 144, 80},   {14, 144, 80, 144, 80},   {15, 144, 80, 160, 96},
      {16, 160, 80, 160, 96}, {32, 288, 144, 288, 160}, {63, 528, 272, 544, 288}, {64, 544, 272, 544, 288}};
  for (const auto& row : table) {
    CAPTURE(row[0]);
    CHECK(size("6.1", 8, row[0]) == row[1]);
    CHECK(size("6.1", 4, row[0]) == row[2]);
    CHECK(size("6.12", 8, row[0]) == row[3]);
    CHECK(size("6.12", 4, row[0]) == row[4]);
    for (const bool refcounted : {false, true}) {
      CHECK(size("6.8-rc1", 8, row[0], refcounted) == 544);
      CHECK(size("6.8-rc4", 4, row[0], refcounted) == 288);
    }
    CHECK(size("6.12", 8, row[0], true) == 544);
    CHECK(size("6.12", 4, row[0], true) == 288);
  }
  CHECK(size("6.12", 8, 80) == 544);
  CHECK(size("6.1", 8, 80) == 672);
  CHECK(size("6.12", 8, 80, false, 16) == 160);
  CHECK(size("6.12", 8, 256, false, 256) == 2080);
  // Fewer than three entries: the freelist's fields need more room, except where they are not in a union
  // (rc1, rc2).
  CHECK(size("6.8-rc1", 8, 1, false, 1) == 48);
  CHECK(size("6.8-rc3", 8, 1, false, 1) == 64);
  CHECK(size("6.12", 8, 1, false, 1) == 64);
  CHECK(size("6.12", 8, 1, false, 2) == 48);
  CHECK(size("6.12", 4, 1, true, 1) == 48);
}

TEST_CASE("pools and caps") {
  CHECK(Layout(config("6.8-rc1")).slots_per_pool() == 30);
  CHECK(Layout(config("6.8-rc1", 16384)).slots_per_pool() == 120);
  CHECK(Layout(config("6.8-rc1", 65536)).slots_per_pool() == 481);
  CHECK(Layout(config("6.8-rc1", 4096, 4)).slots_per_pool() == 56);
  CHECK(Layout(config("6.8-rc1", 16384, 4)).slots_per_pool() == 227);
  CHECK(Layout(config("6.8-rc1", 65536, 4)).slots_per_pool() == 910);
  // Page sizes 4, 16, 64, 256 KiB.
  const std::vector<std::pair<const char*, std::vector<std::uint32_t>>> caps{
      {"4.6", {1024, 1024, 1024}},       {"5.4", {8192, 8192, 8192}},
      {"6.0", {8192, 8192, 8192}},       {"6.1", {8192, 8192, 4096, 1024}},
      {"6.7", {8192, 8192, 4096, 1024}}, {"6.8-rc1", {8192, 8192, 8192}},
      {"6.8-rc7", {8192, 8192, 8192}},   {"6.9", {8192, 8192, 8191, 2047}},
      {"6.17", {8192, 8192, 8191, 2047}}};
  const std::uint32_t pages[] = {4096, 16384, 65536, 262144};
  for (const auto& row : caps)
    for (std::size_t i = 0; i < row.second.size(); ++i) {
      const char* const version = row.first;
      CAPTURE(version);
      CAPTURE(pages[i]);
      CHECK(Layout(config(version, pages[i])).max_pools() == row.second[i]);
    }
  const std::uint32_t settable[] = {131071, 32767, 8191, 2047};
  for (std::size_t i = 0; i < 4; ++i) CHECK(Layout(config("6.17", pages[i])).settable_pools() == settable[i]);
  Config kmsan = config("6.8-rc4");
  kmsan.kmsan = true;
  CHECK(Layout(kmsan).max_pools() == 32768);
  kmsan.page_size = 65536;
  CHECK(Layout(kmsan).max_pools() == 8192);
  kmsan.page_size = 4096;
  kmsan.max_frames = 16;
  CHECK(Layout(kmsan).max_pools() == 8192);
  kmsan.max_frames = 64;
  kmsan.kernel = {6, 8, 0, 7};
  CHECK(Layout(kmsan).max_pools() == 8192);
}

TEST_CASE("handles") {
  const depot::Place place{5, 0x2a0, 0};
  CHECK(Layout(config("5.4")).encode(place) == 0x85400005);
  CHECK(Layout(config("6.1")).encode(place) == 0x042a0005);
  CHECK(Layout(config("6.8-rc7")).encode(place) == 0x00540005);
  CHECK(Layout(config("6.12")).encode(place) == 0x00540006);
  CHECK(Layout(config("6.1")).encode({}) == 0x04000000);
  CHECK(Layout(config("6.8")).encode({}) == 0);
  CHECK(Layout(config("6.9")).encode({}) == 1);
  CHECK(Layout(config("6.8-rc1")).encode({0, 29 * 544, 0}) == 0x07b40000);
  for (const depot::EraRow& row : depot::eras())
    for (const std::uint32_t page : {4096u, 16384u, 65536u, 262144u}) {
      Config c;
      c.kernel = row.first;
      c.page_size = page;
      const Layout layout(c);
      const std::uint32_t extra = row.extra_bits == 0 ? 0 : 0x15;
      for (const depot::Place p :
           {depot::Place{0, 0, extra}, {layout.max_pools() - 1, layout.pool_size() - 16, extra}, {7, 160, 0}})
        CHECK(layout.decode(layout.encode(p)) == p);
    }
}

TEST_CASE("the hash table's memory") {
  CHECK(Layout(config("6.7")).hash_table_bytes() == 8u << 20);
  CHECK(Layout(config("6.8-rc1")).hash_table_bytes() == 16u << 20);
  CHECK(Layout(config("6.12", 4096, 4)).hash_table_bytes() == 8u << 20);
}

TEST_CASE("configs that no kernel has are refused with a reason") {
  const auto refused = [](Config c) { return depot::config_error(c).value_or(""); };
  CHECK(refused(config("6.12")).empty());
  CHECK(refused(config("4.6")).empty());
  CHECK_FALSE(refused(config("4.5")).empty());
  CHECK_FALSE(refused(config("6.12", 5000)).empty());
  CHECK_FALSE(refused(config("6.12", 2048)).empty());
  CHECK_FALSE(refused(config("6.12", 0)).empty());
  CHECK_FALSE(refused(config("6.12", 4096, 16)).empty());
  CHECK_FALSE(refused(config("6.12", 4096, 8, 0)).empty());
  CHECK_FALSE(refused(config("6.12", 4096, 8, 257)).empty());
  CHECK(refused(config("6.12", 4096, 8, 256)).empty());
  CHECK_FALSE(refused(config("6.1", 4096, 8, 16)).empty());
  Config c = config("6.17");
  c.max_pools = 1024;
  CHECK(refused(c).empty());
  c.max_pools = 1023;
  CHECK_FALSE(refused(c).empty());
  c.max_pools = 131071;
  CHECK(refused(c).empty());
  c.max_pools = 131072;
  CHECK(refused(c).find("131071") != std::string::npos);
  c = config("6.16");
  c.max_pools = 2048;
  CHECK_FALSE(refused(c).empty());
  c = config("6.1");
  c.evict = depot::Evict::kAll;
  CHECK_FALSE(refused(c).empty());
  c.evict = depot::Evict::kNone;
  CHECK(refused(c).empty());
  c = config("6.8-rc2");
  c.grace = 1;  // has no effect there, but one --what-if may name it for many kernels
  CHECK(refused(c).empty());
  c = config("5.4");
  c.hash_order = 12;
  CHECK_FALSE(refused(c).empty());
  c = config("6.12");
  c.hash_order = 12;
  CHECK(refused(c).empty());
  c.hash_order = 21;
  CHECK_FALSE(refused(c).empty());
  c = config("5.15");
  c.kmsan = true;
  CHECK_FALSE(refused(c).empty());
}

TEST_CASE("who evicts") {
  using depot::Client;
  CHECK_FALSE(depot::evicts(Era::kA5, Client::kKasanTags));
  CHECK(depot::evicts(Era::kB0, Client::kKasanGeneric));
  CHECK(depot::evicts(Era::kB1, Client::kKasanTags));
  CHECK_FALSE(depot::evicts(Era::kB1, Client::kSlub));
  CHECK_FALSE(depot::evicts(Era::kC0, Client::kKasanGeneric));
  CHECK(depot::evicts(Era::kC3, Client::kKasanTags));
  Config c = config("6.12");
  CHECK(depot::saves_refcounted(c, Client::kKasanTags, {}));
  CHECK_FALSE(depot::saves_refcounted(c, Client::kKasanTags, false));
  CHECK(depot::saves_refcounted(c, Client::kSlub, true));
  c.evict = depot::Evict::kNone;
  CHECK_FALSE(depot::saves_refcounted(c, Client::kKasanTags, true));
  c.evict = depot::Evict::kKasanGeneric;
  CHECK(depot::saves_refcounted(c, Client::kKasanGeneric, false));
  CHECK_FALSE(depot::saves_refcounted(c, Client::kKasanTags, true));
  c.evict = depot::Evict::kAll;
  CHECK(depot::saves_refcounted(c, Client::kUnknown, false));
  c.kernel = {6, 1, 0, 0};
  CHECK_FALSE(depot::saves_refcounted(c, Client::kUnknown, true));
  for (std::size_t i = 0; i < depot::kClientCount; ++i) {
    const auto client = static_cast<Client>(i);
    CHECK(depot::client_of(depot::client_name(client)) == client);
  }
  CHECK_FALSE(depot::client_of("kfence"));
}
