// The first words of splats that no family here takes apart: they are counted, and a report that meets one is
// over.
#pragma once
#include <optional>
#include <string_view>

#include "parser/model.h"

namespace parser {

// `body` has its leading blanks taken off.
std::optional<OtherSplat> other_splat(std::string_view body);

// Whether something else than a line of an open report begins: a splat, its ruler, a boot.
bool begins_other_splat(std::string_view body);

}  // namespace parser
