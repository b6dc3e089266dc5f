#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr std::string_view kKfenceOwn = "test_alloc";

constexpr std::array kKfenceRules{
    SplatRule{{"BUG: KFENCE: invalid free", "", R"(BUG: KFENCE: invalid free in (.+))",
               "BUG: KFENCE: invalid free in foo_put+0x1b/0x40"},
              Family::kfence,
              "KFENCE: invalid free in {F}",
              "KFENCE-INVALID-FREE",
              Blame::stack,
              {"invalid-free in {F}"},
              1,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: memory corruption", "", R"(BUG: KFENCE: memory corruption in (.+))",
               "BUG: KFENCE: memory corruption in foo_put+0x1b/0x40"},
              Family::kfence,
              "KFENCE: memory corruption in {F}",
              "KFENCE-MEMORY-CORRUPTION",
              Blame::stack,
              {},
              1,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: use-after-free read", "", R"(BUG: KFENCE: use-after-free read in (.+))",
               "BUG: KFENCE: use-after-free read in foo_poll+0x1b/0x40"},
              Family::kfence,
              "KFENCE: use-after-free read in {F}",
              "KFENCE-USE-AFTER-FREE-READ",
              Blame::stack,
              {"bad-access in {F}"},
              1,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: use-after-free write", "", R"(BUG: KFENCE: use-after-free write in (.+))",
               "BUG: KFENCE: use-after-free write in foo_poll+0x1b/0x40"},
              Family::kfence,
              "KFENCE: use-after-free write in {F}",
              "KFENCE-USE-AFTER-FREE-WRITE",
              Blame::stack,
              {"bad-access in {F}"},
              1,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: ", "", R"(BUG: KFENCE: ([a-z-]+ read) in (.+))",
               "BUG: KFENCE: out-of-bounds read in foo_poll+0x1b/0x40"},
              Family::kfence,
              "KFENCE: {1} in {F}",
              "KFENCE-READ",
              Blame::stack,
              {"bad-access in {F}"},
              2,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: ", "", R"(BUG: KFENCE: ([a-z-]+ write) in (.+))",
               "BUG: KFENCE: out-of-bounds write in foo_poll+0x1b/0x40"},
              Family::kfence,
              "KFENCE: {1} in {F}",
              "KFENCE-WRITE",
              Blame::stack,
              {"bad-access in {F}"},
              2,
              kKfenceOwn,
              Layout::bare},
    SplatRule{{"BUG: KFENCE: ", "", R"(BUG: KFENCE: (.+?)(?: in (.*))?)", "BUG: KFENCE: out-of-bo"},
              Family::kfence,
              "KFENCE: {1} in {F}",
              "KFENCE-READ",
              Blame::stack,
              {},
              2,
              kKfenceOwn,
              Layout::bare},
};

}  // namespace

SplatRules kfence_splats() {
  return kKfenceRules;
}

}  // namespace parser
