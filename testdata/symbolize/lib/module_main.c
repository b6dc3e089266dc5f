/* Linked relocatable (ld -r) this is what a .ko is: code in several sections, none with an address. */
#include "marks.h"
#include "shared.h"

volatile int sink;

NOINLINE void module_plain(void) {
  sink++;
  MARK(8); /* line: module_plain */
}

NOINLINE void module_outer(int value) {
  middle(value); /* line: module_outer calls middle */
  sink = 0;
}

__attribute__((section(".init.text"))) NOINLINE void module_init(void) {
  sink = 9;
  MARK(9); /* line: module_init */
}

#ifdef OTHER_BUILD
void only_in_other_build(void) { sink--; }
#endif
