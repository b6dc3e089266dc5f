// Which function of a report's stacks is the one to name.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/splat_rule.h"

namespace parser {

// The function as printed, without compiler suffixes; empty if every one is a helper or there is none.
// `named` are functions that the report itself names, looked at first; `skip` are further functions to pass
// over.
std::string guilty_function(Blame blame, const Report& report, const FrameTable& frames,
                            std::span<const std::string> named = {}, std::string_view skip = {});

// Whether a stack that fault injection printed stands among those of the report: whose frames are whose is
// then not to be told.
bool holds_fault_injection(const Report& report, const FrameTable& frames);

// "t_uaf_cache+0xbf/0xf0 [labmod]" -> "t_uaf_cache", an address "[<...>] " before it or not; empty where no
// symbol stands.
std::string_view symbol_of(std::string_view location);

}  // namespace parser
