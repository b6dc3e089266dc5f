#include "parser/code_reference.h"

#include <doctest/doctest.h>

#include "parser/kernel_image.h"

namespace {

// "symbol+offset/size [module id] @address" and marks, of each reference of the line
std::string found(parser::CodeReferences& finder, const std::string& line) {
  std::string all;
  for (const auto& reference : finder.find(line)) {
    if (!all.empty()) all += " | ";
    all += line.substr(reference.begin, reference.end - reference.begin);
    if (reference.address) all += " @" + std::to_string(*reference.address);
    if (reference.exact) all += " exact";
    if (reference.frame) all += " frame";
    if (reference.in_text) all += " text";
    if (!reference.reliable) all += " unsure";
    if (reference.has_place) all += " placed";
  }
  return all;
}

std::string found(const std::string& line) {
  parser::CodeReferences finder;
  return found(finder, line);
}

}  // namespace

TEST_CASE("frames of all architectures, with what stands around them left out") {
  CHECK_EQ(found("[   12.345678][  T196]  vfs_write+0x195/0x5d0"), "vfs_write+0x195/0x5d0 frame");
  CHECK_EQ(found("[   12.345678]  ? strcmp+0x2e/0x50"), "strcmp+0x2e/0x50 frame unsure");
  CHECK_EQ(found(" t_rz+0xc3/0xf0 [labmod 4c66f45abea126828d9cf9aa83a725b2a2c346f1]"),
           "t_rz+0xc3/0xf0 [labmod 4c66f45abea126828d9cf9aa83a725b2a2c346f1] frame");
  CHECK_EQ(found(" show_stack+0x18/0x24 (C)"), "show_stack+0x18/0x24 frame");
  CHECK_EQ(found(" lkdtm_BUG+0x18/0x24 [lkdtm] (P)"), "lkdtm_BUG+0x18/0x24 [lkdtm] exact frame");
  CHECK_EQ(found("[<0000000000001000>] vfs_read+0x1/0x2"), "vfs_read+0x1/0x2 @4096 frame");
  CHECK_EQ(found("[   1.000000]  [<0000000000001000>] ? vfs_read+0x1/0x2"),
           "vfs_read+0x1/0x2 @4096 frame unsure");
  CHECK_EQ(found(" ([<0000000000001000>] kasan_report+0x90/0x120)"),
           "kasan_report+0x90/0x120 @4096 frame unsure");
  CHECK_EQ(found("[c000000012345678] [0000000000001000] vfs_read+0x1/0x2 (unreliable)"),
           "vfs_read+0x1/0x2 @4096 frame unsure");
  CHECK_EQ(found(" show_stack from dump_stack_lvl+0x1/0x2"), "dump_stack_lvl+0x1/0x2 frame");
  CHECK_EQ(found("[<c0101234>] (show_stack) from [<00001000>] (dump_stack+0x1/0x2)"),
           "dump_stack+0x1/0x2 @4096 frame");
}

TEST_CASE("addresses without a symbol") {
  CHECK_EQ(found("    [<0000000000001000>] 0xffffffff81234567"),
           "0xffffffff81234567 @18446744071581156711 frame");
  CHECK_EQ(found("    [<0000000000001000>]"), "[<0000000000001000>] @4096 frame");
  CHECK_EQ(found("    0xffffffff81234567"), "0xffffffff81234567 @18446744071581156711 frame");
  CHECK_EQ(found("RIP: 0010:0xffffffff81234567"), "0xffffffff81234567 @18446744071581156711 exact");
  CHECK_EQ(found("RIP: 0033:0x00007f0000001000"), "");
  CHECK_EQ(found("usb 1-1: device at 0xffffffff81234567"), "");
  CHECK_EQ(found("Read of size 8 at addr ffff888000000008 by task cat/7"), "");
}

TEST_CASE("program counters and links of register dumps") {
  CHECK_EQ(found("RIP: 0010:object_err+0x28b/0x3a0"), "object_err+0x28b/0x3a0 exact");
  CHECK_EQ(found("RIP: 0010:[<0000000000001000>]  [<0000000000001000>] f+0x1/0x2"), "f+0x1/0x2 @4096 exact");
  CHECK_EQ(found("pc : lkdtm_BUG+0x18/0x24 [lkdtm]"), "lkdtm_BUG+0x18/0x24 [lkdtm] exact");
  CHECK_EQ(found("lr : lkdtm_do_action+0x2c/0x58 [lkdtm]"), "lkdtm_do_action+0x2c/0x58 [lkdtm]");
  CHECK_EQ(found("epc : f+0x1/0x2"), "f+0x1/0x2 exact");
  CHECK_EQ(found(" ra : f+0x1/0x2"), "f+0x1/0x2");
  CHECK_EQ(found("   ERA: 9000000000223456 f+0x1/0x2"), "f+0x1/0x2 exact");
  CHECK_EQ(found("NIP [c000000000001000] f+0x1/0x2"), "f+0x1/0x2 @13835058055282167808 exact");
  CHECK_EQ(found("LR [c000000000001000] f+0x1/0x2"), "f+0x1/0x2 @13835058055282167808");
  CHECK_EQ(found("PC is at f+0x1/0x2"), "f+0x1/0x2 exact");
  CHECK_EQ(found("LR is at f+0x1/0x2"), "f+0x1/0x2");
  CHECK_EQ(found("Krnl PSW : 0704c00180000000 000003ffe0123456 (f+0x1/0x2)"), "f+0x1/0x2 exact");
}

TEST_CASE("code that a sentence names") {
  CHECK_EQ(found("BUG: KASAN: slab-out-of-bounds in f+0x1/0x2 [mod]"), "f+0x1/0x2 [mod] text");
  CHECK_EQ(found("WARNING: CPU: 0 PID: 1 at mm/slub.c:12 f+0x1/0x2"), "f+0x1/0x2 exact text");
  CHECK_EQ(found("Allocated in f+0x1/0x2 [mod] age=0 cpu=0 pid=1"), "f+0x1/0x2 [mod] text");
  CHECK_EQ(found("hardirqs last  enabled at (12): [<0000000000001000>] f+0x1/0x2"), "f+0x1/0x2 @4096 text");
  CHECK_EQ(found("a driver says base+0x10 is wrong"), "");
  CHECK_EQ(found("12+0x1/0x2 x+0xg/0x2 +0x1/0x2"), "");
}

TEST_CASE("lines that are symbolized already") {
  CHECK_EQ(found(" f+0x1/0x2 mm/slub.c:12"), "f+0x1/0x2 frame placed");
  CHECK_EQ(found(" f+0x1/0x2 mm/slub.c:12 [mod]"), "f+0x1/0x2 frame placed");
  CHECK_EQ(found(" f+0x1/0x2 [mod] mm/slub.c:12"), "f+0x1/0x2 [mod] frame placed");
  CHECK_EQ(found(" f mm/slub.c:12 [inline]"), "");
  CHECK_EQ(found(" f (mm/slub.c:12) mod"), "");
}

TEST_CASE("below an exception's entry stands a program counter, unless its registers come between") {
  parser::CodeReferences finder;
  CHECK_EQ(found(finder, " asm_sysvec_apic_timer_interrupt+0x1/0x10"),
           "asm_sysvec_apic_timer_interrupt+0x1/0x10 frame");
  CHECK_EQ(found(finder, " </IRQ>"), "");
  CHECK_EQ(found(finder, " ? stale+0x1/0x10"), "stale+0x1/0x10 frame unsure");
  CHECK_EQ(found(finder, " victim+0x1/0x10"), "victim+0x1/0x10 exact frame");
  CHECK_EQ(found(finder, " caller+0x1/0x10"), "caller+0x1/0x10 frame");
  found(finder, " asm_exc_page_fault+0x1/0x10");
  CHECK_EQ(found(finder, "RIP: 0010:victim+0x1/0x10"), "victim+0x1/0x10 exact");
  CHECK_EQ(found(finder, " caller+0x1/0x10"), "caller+0x1/0x10 frame");
}

TEST_CASE("a trace that begins with the program counter printed above it") {
  parser::CodeReferences finder;
  found(finder, "[    1.000000] pc : victim+0x1/0x10 [mod]");
  found(finder, "[    1.000000] lr : caller+0x1/0x10 [mod]");
  found(finder, "[    1.000000] Call trace:");
  CHECK_EQ(found(finder, "[    1.000000]  victim+0x1/0x10 [mod 0123]"),
           "victim+0x1/0x10 [mod 0123] exact frame");
  CHECK_EQ(found(finder, "[    1.000000]  victim+0x1/0x10 [mod 0123]"), "victim+0x1/0x10 [mod 0123] frame");
}

TEST_CASE("callers that print at once each have a trace of their own") {
  parser::CodeReferences finder;
  const auto trace = [&](const char* line) { return finder.find(line).at(0).trace; };
  const auto first = trace("[    1.000000][    T1]  a+0x1/0x10");
  const auto other = trace("[    1.000000][    T2]  x+0x1/0x10");
  CHECK(first != other);
  CHECK_EQ(trace("[    1.000000][    T1]  b+0x1/0x10"), first);
  CHECK_EQ(trace("[    1.000000][    T2]  y+0x1/0x10"), other);
  finder.find("[    1.000000][    T1] Freed by task 1:");
  CHECK(trace("[    1.000000][    T1]  c+0x1/0x10") != first);
}

TEST_CASE("what a log says of the kernel's image") {
  CHECK_EQ(parser::read_kernel_offset("Kernel Offset: 0x2c600000 from 0xffffffff81000000"), 0x2c600000);
  CHECK_EQ(parser::read_kernel_offset("Kernel Offset: disabled"), 0);
  CHECK_FALSE(parser::read_kernel_offset("Kernel Offset: unknown"));
  const std::string cpu = "CPU: 0 UID: 0 PID: 209 Comm: init Tainted: G    B    6.12.117-lab #2  ";
  CHECK_EQ(parser::read_kernel_build_id(cpu + "89486221120051402a1c1b76dd990ce337fc3008"),
           "89486221120051402a1c1b76dd990ce337fc3008");
  CHECK_EQ(parser::read_kernel_build_id(cpu), "");
}

TEST_CASE("all images of the logs, whatever the chunks") {
  const std::string log =
      "[    1.000000] CPU: 0 PID: 209 Comm: init Not tainted 6.12 #2 "
      "89486221120051402a1c1b76dd990ce337fc3008\r\n"
      "text\n[    2.000000] Kernel Offset: 0x2c600000 from 0xffffffff81000000\nKernel Offset: disabled";
  for (const std::size_t chunk : {1u, 7u, 1000u}) {
    parser::KernelImages images;
    for (std::size_t at = 0; at < log.size(); at += chunk)
      images.feed(std::string_view(log).substr(at, chunk));
    images.end_input();
    CHECK(images.build_ids() == std::set<std::string>{"89486221120051402a1c1b76dd990ce337fc3008"});
    CHECK(images.offsets() == std::set<std::uint64_t>{0, 0x2c600000});
  }
}
