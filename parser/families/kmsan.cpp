#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

// Netlink copies what its senders gave, buffers are filled by who asked for them.
constexpr std::string_view kCopiers = "*alloc_skb* netlink_ack* netlink_rcv_skb";

constexpr std::array kKmsanRules{
    SplatRule{{"BUG: KMSAN: uninit-value", "", R"(BUG: KMSAN: uninit-value in (.+))",
               "BUG: KMSAN: uninit-value in foo_check+0x51/0x90"},
              Family::kmsan,
              "KMSAN: uninit-value in {F}",
              "KMSAN-UNINIT-VALUE",
              Blame::stack,
              {"bad-access in {F}"},
              1,
              kCopiers,
              Layout::bare},
    SplatRule{{"BUG: KMSAN: kernel-", "", R"(BUG: KMSAN: (kernel-(?:usb-)?infoleak(?:-after-free)?) in (.+))",
               "BUG: KMSAN: kernel-infoleak in _copy_to_user+0x1d0/0x270"},
              Family::kmsan,
              "KMSAN: {1} in {F}",
              "KMSAN-INFO-LEAK",
              Blame::stack,
              {"bad-access in {F}"},
              2,
              kCopiers,
              Layout::bare},
    SplatRule{{"BUG: KMSAN: use-after-free", "", R"(BUG: KMSAN: use-after-free in (.+))",
               "BUG: KMSAN: use-after-free in foo_check+0x51/0x90"},
              Family::kmsan,
              "KMSAN: use-after-free in {F}",
              "KMSAN-USE-AFTER-FREE-READ",
              Blame::stack,
              {"bad-access in {F}"},
              1,
              kCopiers,
              Layout::bare},
    SplatRule{{"BUG: KMSAN: ", "", R"(BUG: KMSAN: (.+?)(?: in (.*))?)", "BUG: KMSAN: uninit-val"},
              Family::kmsan,
              "KMSAN: {1} in {F}",
              "KMSAN-UNINIT-VALUE",
              Blame::stack,
              {},
              2,
              kCopiers,
              Layout::bare},
};

}  // namespace

SplatRules kmsan_splats() {
  return kKmsanRules;
}

}  // namespace parser
