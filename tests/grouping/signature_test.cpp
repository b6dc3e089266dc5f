#include <doctest/doctest.h>

#include "parser/grouping/severity.h"
#include "parser/grouping/signature.h"

using parser::Family;
using parser::severity_of;
using parser::signature_of;

TEST_CASE("a signature is a scheme and twelve digits") {
  // Stands in people's files: whoever changes it must raise the scheme.
  CHECK(signature_of("KASAN: invalid-free in foo") == "1-66c2b957afd9");
  CHECK(parser::signature_scheme("1-66c2b957afd9") == 1);
  CHECK(parser::signature_scheme("12-66c2b957afd9") == 12);
  for (const char* wrong : {"", "-", "1-", "-b28a19aa9d62", "1-b28a19aa9d6", "1-b28a19aa9d6g",
                            "x-b28a19aa9d62", "1-B28A19AA9D62", "0-b28a19aa9d6"})
    CHECK(parser::signature_scheme(wrong) == 0);
}

TEST_CASE("signatures survive what kernels and compilers change") {
  CHECK(signature_of("KASAN: slab-use-after-free Read in foo") ==
        signature_of("KASAN: use-after-free Read in foo"));
  CHECK(signature_of("KASAN: double-free or invalid-free in foo") ==
        signature_of("KASAN: double-free in foo"));
  CHECK(signature_of("KASAN: invalid-free in foo") == signature_of("KASAN: double-free in foo"));
  CHECK(signature_of("WARNING in foo.constprop.0") == signature_of("WARNING in foo"));
  CHECK(signature_of("WARNING in __x64_sys_ioctl") == signature_of("WARNING in __arm64_sys_ioctl"));
  CHECK(signature_of("WARNING in __do_sys_ioctl") == signature_of("WARNING in ksys_ioctl"));
}

TEST_CASE("signatures tell apart what differs") {
  CHECK(signature_of("KASAN: use-after-free Read in foo") !=
        signature_of("KASAN: use-after-free Write in foo"));
  CHECK(signature_of("KASAN: use-after-free Read in foo") !=
        signature_of("KASAN: use-after-free Read in bar"));
  CHECK(signature_of("WARNING in foo") != signature_of("possible deadlock in foo"));
  // A function's name is no kind of bug.
  CHECK(signature_of("WARNING in slab-use-after-free") != signature_of("WARNING in use-after-free"));
}

TEST_CASE("severity: memory corruption first, hangs last") {
  CHECK(severity_of(Family::kasan, "KASAN-USE-AFTER-FREE-WRITE").level == 10);
  CHECK(severity_of(Family::kasan, "KASAN-INVALID-FREE").level == 10);
  CHECK(severity_of(Family::slub, "MEMORY_SAFETY_BUG").level == 10);
  CHECK(severity_of(Family::kasan, "KASAN-USE-AFTER-FREE-READ").level == 9);
  CHECK(severity_of(Family::kfence, "KFENCE-READ").level == 8);
  CHECK(severity_of(Family::refcount, "REFCOUNT_WARNING").level == 7);
  CHECK(severity_of(Family::warning, "REFCOUNT_WARNING").level == 7);
  CHECK(severity_of(Family::kmsan, "KMSAN-INFO-LEAK").level == 6);
  CHECK(severity_of(Family::kcsan, "KCSAN-DATARACE").level == 5);
  CHECK(severity_of(Family::kasan, "KASAN-NULL-POINTER-DEREFERENCE-READ").level == 4);
  CHECK(severity_of(Family::panic, "DoS").level == 4);
  CHECK(severity_of(Family::lockdep, "LOCKDEP").level == 3);
  CHECK(severity_of(Family::warning, "WARNING").level == 2);
  CHECK(severity_of(Family::rcu_stall, "HANG").level == 1);
  for (std::size_t i = 0; i < parser::kFamilies; ++i) {
    const auto severity = severity_of(static_cast<Family>(i), "");
    CHECK(severity.level >= parser::kLowestSeverity);
    CHECK(severity.level <= parser::kHighestSeverity);
    CHECK(!severity.name.empty());
    CHECK(!severity.why.empty());
  }
}
