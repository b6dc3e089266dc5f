// The lines that announce a stack out of the depot, whoever prints them and wherever: inside a report or
// alone.
#pragma once
#include <optional>
#include <string_view>

#include "parser/model.h"
#include "parser/rules.h"

namespace parser {

// A trace without frames, its role and facts set, if `text` (leading blanks off) announces one.
std::optional<Trace> open_depot_trace(std::string_view text, std::uint64_t line);

// Cheap: whether open_depot_trace() is worth a call.
bool may_open_depot_trace(std::string_view text);

const RuleTable& depot_section_rules();

}  // namespace parser
