// Names of Rust and C++ functions as they are written in the source; the kernel prints them mangled.
#pragma once

#include <string>
#include <string_view>

namespace symbolize {

// "_RNvCs1234_6kernel4init" -> "kernel::init", "_ZN3foo3barEi" -> "foo::bar(int)". A compiler's suffix
// (".llvm.123",
// ".cold") is kept as " (.llvm.123)". Anything else, and what does not follow the rules, comes back as it is.
std::string demangled(std::string_view name);

}  // namespace symbolize
