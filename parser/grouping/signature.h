// A short name for a bug that stays the same from run to run and across kernels, for baselines and for
// joining results of several machines.
#pragma once
#include <string>
#include <string_view>

namespace parser {

// Grows when signature_of() would give other signatures; each carries the number of its scheme.
inline constexpr int kSignatureScheme = 1;

// "1-6f0c2d9be418": the scheme, then 12 hex digits of a hash of the label, which is a report's title, or
// "TITLE, DETAIL" where the title names no function. Neither addresses, lines, offsets nor frames beyond the
// title's function go in, so that a rebuilt or updated kernel gives the same signature.
std::string signature_of(std::string_view label);

// The label with what differs between kernels and compilers taken off: the names that KASAN gave one and the
// same kind over the years, entry points of system calls by architecture, compilers' suffixes.
std::string canonical_label(std::string_view label);

// The scheme of a signature, or 0 if it is none.
int signature_scheme(std::string_view signature);

}  // namespace parser
