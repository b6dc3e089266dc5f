/* See twins_a.c. */
#include "marks.h"

static NOINLINE void twin(void) {
  sink++;
  MARK(6); /* line: twin b */
  __asm__ volatile(".skip 256, 0x90");
  sink--;
}

static NOINLINE void equal_twin(void) {
  MARK(7); /* line: equal_twin b */
  sink++;
}

void second_twin(void) {
  twin();
  equal_twin();
}
