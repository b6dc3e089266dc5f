// One row of a family's table: the line that opens a report, and how the report is named.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "parser/model.h"
#include "parser/rules.h"

namespace parser {

// Where the guilty function of a report is looked for. In each case helpers are passed over (functions.h).
enum class Blame : std::uint8_t {
  nobody,      // the title says it all
  stack,       // from the program counter at the fault, then outwards along the call trace
  stall,       // what a dispatcher called on the CPU that does not go on
  loop,        // the same, where the stack is that of the loop itself
  hang,        // the first function of the sleeping task that does not merely wait
  leak,        // the stack that allocated
  page_owner,  // whoever allocated the page that is in a bad state; without page_owner nobody is known
  first_lock,  // lockdep: the first of the stacks that took a lock before
};

// What frames look like below the title.
enum class Layout : std::uint8_t {
  headed,  // Call Trace: announces them
  bare,    // they follow the title or a section's line at once
};

// Whether the line ends what an earlier report began: a kernel that panics because of a report says so.
enum class Consequence : std::uint8_t {
  no,
  perhaps,  // of an earlier report if there is one
  always,   // ... and if there is none, that one is lost
};

struct SplatRule {
  Rule rule;  // over the line's text, tags such as "watchdog: " taken off
  Family family = Family::unrecognised;
  std::string_view title{};  // "{F}" stands for the guilty function, "{1}".. for what the pattern captured
  std::string_view type{};   // the corpora's name for the kind of crash; empty where they have none
  Blame blame = Blame::stack;
  std::array<std::string_view, 2> alts{};  // further titles, by the same rules
  int named = 0;                           // the capture that holds a function, looked at before the stacks
  std::string_view skip{};  // functions to pass over for this title, as matches_any() takes them
  Layout layout = Layout::headed;
  int file = 0;  // the capture with the source file that the kernel names; its line is the next one
  Consequence consequence = Consequence::no;
  bool one_line = false;  // nothing follows; it may stand in the middle of another report
  bool plain_if_untraced =
      false;                  // where no function can be named the line is the title, not "... in corrupted"
  bool own_words = false;     // of a driver, in no form of the kernel's: any program may print such a line
  std::string_view warns{};   // the function of the WARN() whose words the line is, which follows below
  std::string_view proof{};   // a line must begin so below, or the first one was just somebody's words
  std::string_view damage{};  // why what begins with this line is always damaged
};

// A family's rules in the order in which they are tried.
using SplatRules = std::span<const SplatRule>;

SplatRules kfence_splats();
SplatRules kmsan_splats();
SplatRules kcsan_splats();
SplatRules ubsan_splats();
SplatRules leak_splats();
SplatRules warning_splats();
SplatRules bug_splats();
SplatRules fault_splats();
SplatRules lockdep_splats();
SplatRules stall_splats();
SplatRules panic_splats();
SplatRules misfit_splats();

struct FoundSplat {
  const SplatRule* rule = nullptr;
  std::string_view text;  // that the rule took
  RuleTable::Groups groups;
  bool alone = false;  // nothing follows: by its rule, or for what stands before it
  // Whether it is the WARN() whose words that rule's line is.
  bool is_warning_of(const SplatRule& title) const;
};

// The rule that takes `body` (blanks and tags off), if any. Cheap for lines that open nothing.
std::optional<FoundSplat> find_splat(std::string_view body);

// Cheap: whether find_splat() is worth a call.
bool may_begin_splat(std::string_view body);

// The rule for what a driver says of a device, "usb 5-1: WARNING: foo is incomplete", as dev_printk() prints
// it. Nothing follows such words.
std::optional<FoundSplat> find_drivers_words(std::string_view body);

// Whether a rule for words of a driver's own takes it.
bool is_own_words(std::string_view body);

// All rules in the order in which they are tried, for tests.
const std::vector<const SplatRule*>& splat_rules();

// "watchdog: BUG: soft lockup" -> "BUG: soft lockup": names of subsystems that stand before a title.
std::string_view without_tags(std::string_view body);

}  // namespace parser
