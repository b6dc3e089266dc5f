/* Linked last, so that every function of the other files has one behind it. */
#include "marks.h"

void last(void) { sink++; }
