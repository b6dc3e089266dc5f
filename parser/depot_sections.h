// The lines that announce a stack out of the depot, whoever prints them and wherever: inside a report or
// alone.
#pragma once
#include <optional>
#include <string_view>

#include "parser/model.h"
#include "parser/openings.h"
#include "parser/rules.h"

namespace parser {

// What such a line says of the stack below it. Views point into the line.
struct DepotSection {
  Role role = Role::call;
  bool in_depot = false;
  std::optional<std::int64_t> pid, cpu;
  std::string_view when;  // "18.613090s", or SLUB's age in jiffies
  bool is_age = false;

  void describe(Trace& trace) const;
};
// Empty if `text` (leading blanks off) announces no stack.
std::optional<DepotSection> read_depot_section(std::string_view text, Openings openings);

// The same as a trace without frames, its role and facts set.
std::optional<Trace> open_depot_trace(std::string_view text, std::uint64_t line);

// Cheap: whether either is worth a call.
bool may_open_depot_trace(std::string_view text, Openings openings);

const RuleTable& depot_section_rules();

}  // namespace parser
