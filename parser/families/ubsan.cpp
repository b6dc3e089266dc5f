#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

// lib/ubsan.c, below the hooks that compilers call.
constexpr std::string_view kUbsanOwn =
    "handle_overflow* handle_null* handle_misaligned* handle_object_size* val_to_string";

constexpr std::array kUbsanRules{
    // until about v5.7
    SplatRule{{"UBSAN: Undefined behaviour in ", "", R"(UBSAN: Undefined behaviour in ([^ ]+?):(\d+):\d+)",
               "UBSAN: Undefined behaviour in drivers/usb/core/devio.c:1517:25"},
              Family::ubsan,
              "UBSAN: undefined-behaviour in {F}",
              "UBSAN",
              Blame::stack,
              {},
              0,
              kUbsanOwn,
              Layout::headed,
              1},
    SplatRule{{"UBSAN: ", "", R"(UBSAN: ([a-z-]+) in ([^ ]+?):(\d+)(?::\d+)?)",
               "UBSAN: array-index-out-of-bounds in drivers/misc/lkdtm/bugs.c:402:12"},
              Family::ubsan,
              "UBSAN: {1} in {F}",
              "UBSAN",
              Blame::stack,
              {},
              0,
              kUbsanOwn,
              Layout::headed,
              2},
    SplatRule{{"UBSAN: ", "", R"(UBSAN: ([a-z-]+)(?: in .*)?)", "UBSAN: shift-out-of-bounds in fs/f2fs/sup"},
              Family::ubsan,
              "UBSAN: {1} in {F}",
              "UBSAN",
              Blame::stack,
              {},
              0,
              kUbsanOwn},
};

}  // namespace

SplatRules ubsan_splats() {
  return kUbsanRules;
}

}  // namespace parser
