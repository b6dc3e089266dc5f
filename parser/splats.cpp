#include "parser/splats.h"

#include <algorithm>
#include <array>

namespace parser {
namespace {

struct SplatStart {
  std::string_view starts;
  OtherSplat splat;
};
constexpr std::array<SplatStart, 25> kSplatStarts{{
    {"WARNING: ", OtherSplat::warning},
    {"BUG: KFENCE: ", OtherSplat::kfence},
    {"BUG: KMSAN: ", OtherSplat::kmsan},
    {"BUG: KCSAN: ", OtherSplat::kcsan},
    {"UBSAN: ", OtherSplat::ubsan},
    {"BUG: unable to handle ", OtherSplat::oops},
    {"BUG: kernel NULL pointer dereference", OtherSplat::oops},
    {"BUG: Kernel NULL pointer dereference", OtherSplat::oops},
    {"Unable to handle kernel ", OtherSplat::oops},
    {"general protection fault", OtherSplat::oops},
    {"Oops: general protection fault", OtherSplat::oops},
    {"divide error: ", OtherSplat::oops},
    {"Oops: divide error", OtherSplat::oops},
    {"Internal error: ", OtherSplat::oops},
    {"kernel BUG at ", OtherSplat::kernel_bug},
    {"Kernel BUG at ", OtherSplat::kernel_bug},
    {"Kernel panic - not syncing: ", OtherSplat::panic},
    {"INFO: rcu_", OtherSplat::stall},
    {"rcu: INFO: rcu_", OtherSplat::stall},
    {"INFO: task ", OtherSplat::stall},
    {"watchdog: BUG: soft lockup", OtherSplat::stall},
    {"BUG: soft lockup", OtherSplat::stall},
    {"BUG: workqueue lockup", OtherSplat::stall},
    {"INFO: possible ", OtherSplat::other_bug},
    {"BUG: ", OtherSplat::other_bug},
}};

}  // namespace

std::optional<OtherSplat> other_splat(std::string_view body) {
  for (const auto& start : kSplatStarts)
    if (body.starts_with(start.starts)) return start.splat;
  // What is left of a KASAN report of v4.x whose title was lost: "BUG foo_cache (Tainted: G    B): kasan: bad
  // access detected"
  if (body.starts_with("BUG ") && body.ends_with(": kasan: bad access detected"))
    return OtherSplat::other_bug;
  return std::nullopt;
}

bool begins_other_splat(std::string_view body) {
  return body.starts_with("------------[ cut here ]") || body.starts_with("Linux version ") ||
         other_splat(body).has_value();
}

}  // namespace parser
