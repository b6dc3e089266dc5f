// The version of the rules by which reports are named.
#pragma once

namespace parser {

// Grows when the naming of titles changes, so that baselines can tell.
inline constexpr int kTitleScheme = 3;

}  // namespace parser
