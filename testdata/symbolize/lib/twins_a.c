/* Static functions whose names are also in twins_b.c. */
#include "marks.h"

/* Of another size there. */
static NOINLINE void twin(void) {
  sink++;
  MARK(4); /* line: twin a */
}

/* Of the same size there. */
static NOINLINE void equal_twin(void) {
  MARK(5); /* line: equal_twin a */
  sink++;
}

void first_twin(void) {
  twin();
  equal_twin();
}
