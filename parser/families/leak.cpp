#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

// What allocates on behalf of its caller, beyond what no report names.
constexpr std::string_view kAllocators = "*alloc* *list_lru* *_userns";

constexpr std::array kLeakRules{
    // what test machines print above an object of /sys/kernel/debug/kmemleak
    SplatRule{{"BUG: memory leak", "", R"(BUG: memory leak)", "BUG: memory leak"},
              Family::kmemleak,
              "memory leak in {F}",
              "LEAK",
              Blame::leak,
              {},
              0,
              kAllocators},
    SplatRule{{"unreferenced object 0x", "", R"(unreferenced object 0x[0-9a-f]+ \((?:size|percpu).*\):?)",
               "unreferenced object 0xffff888106d3a400 (size 512):"},
              Family::kmemleak,
              "memory leak in {F}",
              "LEAK",
              Blame::leak,
              {},
              0,
              kAllocators},
};

}  // namespace

SplatRules leak_splats() {
  return kLeakRules;
}

}  // namespace parser
