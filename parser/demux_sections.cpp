#include "parser/demux_sections.h"

#include <algorithm>
#include <array>

namespace parser {
namespace {

// Sections in the order in which the kernel prints them; the gaps are for what stands between.
constexpr auto kSections = std::to_array<Section>({
    {"Read of size ", {2, -1, -1}},
    {"Write of size ", {2, -1, -1}},
    {"Free of addr ", {2, -1, -1}},
    {"Read at addr ", {2, -1, -1}},
    {"Write at addr ", {2, -1, -1}},
    {"Pointer tag: ", {3, -1, -1}},
    {"CPU: ", {4, 20, 6}},
    {"Tainted: ", {5, 21, 7}},
    {"Hardware name: ", {6, 22, 8}},
    {"Workqueue: ", {7, 23, 9}},
    {"Call Trace:", {8, 30, 20}},
    {"Call trace:", {8, 30, 20}},
    {"Allocated by task ", {15, -1, -1}},
    {"Freed by task ", {16, -1, -1}},
    {"Allocated:", {15, -1, -1}},
    {"Freed:", {16, -1, -1}},
    {"PID = ", {16, -1, -1}},
    {"Last potentially related", {17, -1, -1}},
    {"Second to last ", {18, -1, -1}},
    {"Last call_rcu", {17, -1, -1}},
    {"The buggy address belongs to the object at ", {20, -1, -1}},
    {"which belongs to the cache ", {21, -1, -1}},
    {"The buggy address is located ", {22, -1, -1}},
    {"The buggy address belongs to the variable:", {24, -1, -1}},
    {"The buggy address belongs to stack of task ", {24, -1, -1}},
    {"and is located at offset ", {25, -1, -1}},
    {"This frame has ", {26, -1, -1}},
    {"this frame has ", {26, -1, -1}},
    {"The buggy address belongs to the physical page", {29, -1, -1}},
    {"The buggy address belongs to the page", {29, -1, -1}},
    {"The buggy address ", {28, -1, -1}},
    {"page: ", {30, -1, 10}},
    {"page:", {30, -1, 10}},
    {"head:", {31, -1, 11}},
    {"memcg:", {31, -1, 11}},
    {"flags:", {32, -1, 11}},
    {"page_type:", {33, -1, 11}},
    {"raw:", {34, -1, 11}},
    {"page dumped because", {36, -1, 12}},
    {"page_owner tracks", {37, -1, 13}},
    {"page last allocated via", {38, -1, 14}},
    {"page last free", {39, -1, 15}},
    {"page has been migrated", {40, -1, 15}},
    {"Memory state around", {50, -1, -1}},
    {"Allocated in ", {-1, 3, -1}},
    {"Freed in ", {-1, 4, -1}},
    {"INFO: Allocated in ", {-1, 3, -1}},
    {"INFO: Freed in ", {-1, 4, -1}},
    {"Slab 0x", {-1, 6, -1}},
    {"INFO: Slab 0x", {-1, 6, -1}},
    {"Object 0x", {-1, 7, -1}},
    {"INFO: Object 0x", {-1, 7, -1}},
    {"INFO: 0x", {-1, 2, -1}},
    {"Redzone ", {-1, 8, -1}},
    {"Bytes b4 ", {-1, 8, -1}},
    {"Object ", {-1, 8, -1}},
    {"Padding ", {-1, 8, -1}},
    {"Disabling lock debugging", {9, 9, 9}},
    {"Modules linked in:", {-1, 19, 5}},
    {"FIX ", {-1, 50, -1}},
    {"#PF: ", {-1, -1, 2}},
    {"PGD ", {-1, -1, 2}},
    {"Oops: 0", {-1, -1, 3}},
    {"KASAN: ", {-1, -1, 4}},
});

// Sections that begin with the same letter, in a chain: most lines are none, and few letters begin one.
struct Chains {
  static constexpr std::uint8_t kNone = kSections.size();
  std::array<std::uint8_t, 128> first{};  // by letter
  std::array<std::uint8_t, kSections.size()> next{};
};
constexpr Chains kChains = [] {
  Chains chains;
  for (auto& first : chains.first) first = Chains::kNone;
  for (std::uint8_t i = Chains::kNone; i-- > 0;) {
    auto& first = chains.first[static_cast<std::size_t>(kSections[i].starts.front())];
    chains.next[i] = first;
    first = i;
  }
  return chains;
}();

}  // namespace

const Section* find_section(std::string_view body) {
  const auto letter = static_cast<unsigned char>(body.front());
  if (letter >= kChains.first.size()) return nullptr;
  for (auto i = kChains.first[letter]; i != Chains::kNone; i = kChains.next[i])
    if (body.starts_with(kSections[i].starts)) return &kSections[i];
  return nullptr;
}

bool is_once(int rank) {
  static constexpr std::array kOnce{2, 4, 8, 15, 20, 21, 22, 38, 39, 50};
  return std::find(kOnce.begin(), kOnce.end(), rank) != kOnce.end();
}

int first_stack(Order order) {
  return order == Order::kasan ? 8 : order == Order::slub ? 3 : -1;
}

bool is_untracked(std::string_view kind) {
  return kind.starts_with("null-ptr-deref") || kind.starts_with("wild-memory-access") ||
         kind.starts_with("user-memory-access");
}

int rank_of(const Report& report, const Trace* open, int shadow_rows) {
  int rank = 0;
  const auto reached = [&rank](int section, bool seen) { rank = seen ? std::max(rank, section) : rank; };
  const auto any = [&report, open](const auto& matches) {
    return (open != nullptr && matches(*open)) ||
           std::any_of(report.traces.begin(), report.traces.end(), matches);
  };
  const auto has = [&any](Role role) {
    return any([role](const Trace& trace) { return trace.role == role; });
  };
  const bool live = any([](const Trace& trace) { return is_live(trace.role); });
  switch (order_of(report.family)) {
    case Order::kasan:
      reached(2, report.access && report.access->pid);
      reached(4, !report.comm.empty());
      reached(8, live);
      reached(15, has(Role::alloc));
      reached(16, has(Role::free));
      reached(17, has(Role::work));
      reached(18, has(Role::work2));
      reached(20, report.object && report.object->address);
      reached(21, report.object && !report.object->cache.empty());
      reached(22, report.region.has_value());
      reached(25, !report.stack_frame.empty() || !report.variable.empty());
      reached(38, has(Role::page_alloc));
      reached(39, has(Role::page_free));
      reached(51, shadow_rows > 0);
      break;
    case Order::slub:
      reached(3, open != nullptr);
      reached(4, !report.traces.empty());
      reached(6, report.slab.has_value());
      reached(7, report.object && report.object->address);
      reached(20, !report.comm.empty());
      reached(30, live);
      reached(50, !report.fixes.empty());
      break;
    case Order::other:
      reached(6, !report.comm.empty());
      reached(20, live || open != nullptr);
      break;
  }
  return rank;
}

}  // namespace parser
