#include "symbolize/demangle.h"

#include <doctest/doctest.h>

#include <string>

namespace symbolize::test {

TEST_CASE("Rust names, as llvm-cxxfilt prints them") {
  const struct {
    const char* mangled;
    const char* plain;
  } names[] = {
      {"_RNvCs1234_6kernel4init", "kernel::init"},
      {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
      {"_RNvMs_NtCs1_4core3fmtNtB4_9Formatter3pad", "<core::fmt::Formatter>::pad"},
      {"_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>"},
      {"_RNvXs_CsX_3fooNtB4_3BarNtNtCs_4core3ops4Drop4drop", "<foo::Bar as core::ops::Drop>::drop"},
      {"_RNCNvC3foo3bars_0", "foo::bar::{closure#1}"},
      {"_RNvC3foo3bar.llvm.123", "foo::bar (.llvm.123)"},
      {"_RINvC1a1bRShQSlTjEThhEFUKCEuE",
       "a::b::<&[u8], &mut [i32], (usize,), (u8, u8), unsafe extern \"C\" fn()>"},
      {"_RINvC1a1bDNtC1a5Traitp4ItemhEL_E", "a::b::<dyn a::Trait<Item = u8>>"},
      {"_RINvC1a1bDINtC1a5TraitjEp4ItemhEL_E", "a::b::<dyn a::Trait<usize, Item = u8>>"},
      {"_RINvC1a1bAhj10_E", "a::b::<[u8; 16]>"},
      {"_RINvC1a1bKj1f_Kb1_Kln5_E", "a::b::<31, true, -5>"},
      {"_RINvC1a1bFhElPhOhE", "a::b::<fn(u8) -> i32, *const u8, *mut u8>"},
  };
  for (const auto& name : names) {
    CAPTURE(name.mangled);
    CHECK(demangled(name.mangled) == name.plain);
  }
}

TEST_CASE("C++ names, and C names that stay") {
  CHECK(demangled("_ZN3foo3barEi") == "foo::bar(int)");
  CHECK(demangled("_ZN3foo3barEi.cold") == "foo::bar(int) (.cold)");
  for (const char* name :
       {"", "_", "_R", "_Rx", "_RNv", "_Zx", "vfs_read", "foo.isra.0", "__x64_sys_read", "_Read"}) {
    CHECK(demangled(name) == name);
  }
}

TEST_CASE(
    "names made to exhaust: every cut and every flipped letter of a name, and references that multiply") {
  const std::string name = "_RINvNtCs1_4core3fmtDINtC1a5TraitjEp4ItemhEL_RShFUKCEuAhj10_NtB4_9FormatterE";
  for (std::size_t at = 0; at < name.size(); ++at) {
    CHECK_FALSE(demangled(name.substr(0, at)).size() > 200);
    for (char c = '0'; c <= 'z'; ++c) {
      std::string odd = name;
      odd[at] = c;
      CHECK_FALSE(demangled(odd).size() > 4000);
    }
  }
  // (T, T) of (T, T) of ..., each a reference to the one before: 2^40 types when written out.
  std::string bomb = "_RINvC1a1bThhE";
  std::size_t previous = bomb.size() - 2 - 4;
  for (int i = 0; i < 40; ++i) {
    const std::size_t here = bomb.size() - 2;
    static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const std::size_t value = previous - 1;
    const std::string reference = std::string("B") +
                                  (value >= 62 ? std::string(1, kDigits[value / 62]) : "") +
                                  kDigits[value % 62] + "_";
    bomb += "T" + reference + reference + "E";
    previous = here;
  }
  bomb += "E";
  CHECK(demangled(bomb) == bomb);
  CHECK(demangled("_RNv" + std::string(5000, 'N')) == "_RNv" + std::string(5000, 'N'));
}

}  // namespace symbolize::test
