#include <array>

#include "parser/splat_rule.h"

namespace parser {
namespace {

constexpr std::array kKcsanRules{
    // The two functions are printed in the order of their names, so the title is stable.
    SplatRule{{"BUG: KCSAN: data-race in ", "", R"(BUG: KCSAN: data-race in (.+) / (.+))",
               "BUG: KCSAN: data-race in ext4_da_write_end / ext4_mark_iloc_dirty"},
              Family::kcsan,
              "KCSAN: data-race in {1} / {2}",
              "KCSAN-DATARACE",
              Blame::nobody,
              {},
              1,
              {},
              Layout::bare},
    SplatRule{{"BUG: KCSAN: data-race in ", "", R"(BUG: KCSAN: data-race in (.+))",
               "BUG: KCSAN: data-race in e1000_clean_rx_irq+0x551/0xb10"},
              Family::kcsan,
              "KCSAN: data-race in {F}",
              "KCSAN-DATARACE",
              Blame::stack,
              {},
              1,
              {},
              Layout::bare},
    SplatRule{{"BUG: KCSAN: assert: race in ", "", R"(BUG: KCSAN: assert: race in (.+) / (.+))",
               "BUG: KCSAN: assert: race in dequeue_entities / enqueue_entity"},
              Family::kcsan,
              "KCSAN: assert: race in {1} / {2}",
              "KCSAN-ASSERT",
              Blame::nobody,
              {},
              1,
              {},
              Layout::bare},
    SplatRule{{"BUG: KCSAN: ", "", R"(BUG: KCSAN: (assert: race) in (.+))",
               "BUG: KCSAN: assert: race in dequeue_entities+0x6df/0x760"},
              Family::kcsan,
              "KCSAN: {1} in {F}",
              "KCSAN-ASSERT",
              Blame::stack,
              {},
              2,
              {},
              Layout::bare},
    SplatRule{{"BUG: KCSAN: ", "", R"(BUG: KCSAN: (.+?)(?: in (.*))?)", "BUG: KCSAN: data-ra"},
              Family::kcsan,
              "KCSAN: {1} in {F}",
              "KCSAN-DATARACE",
              Blame::stack,
              {},
              2,
              {},
              Layout::bare},
};

}  // namespace

SplatRules kcsan_splats() {
  return kKcsanRules;
}

}  // namespace parser
