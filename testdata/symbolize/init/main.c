/* A program that stands for vmlinux in the tests: functions of known shape at a fixed address. */
#include "marks.h"
#include "shared.h"

volatile int sink;

void first_twin(void);
void second_twin(void);

NOINLINE void plain(void) {
  sink++;
  MARK(2); /* line: plain */
  sink--;
}

NOINLINE void outer(int value) {
  sink = value;
  middle(value); /* line: outer calls middle */
  sink = 0;
}

/* Declared so, its call is the last thing in the caller, and the return address is behind it. */
NOINLINE __attribute__((noreturn)) void no_return(void) {
  for (;;) sink++;
}

NOINLINE void ends_in_call(void) {
  sink++;
  no_return(); /* line: ends_in_call */
}

/* Two names for one place. */
void plain_alias(void) __attribute__((alias("plain")));

__attribute__((section(".init.text"))) NOINLINE void early(void) {
  sink = 7;
  MARK(3); /* line: early */
}

void start_kernel(void) {
  plain();
  outer(3);
  first_twin();
  second_twin();
  early();
  ends_in_call();
}

const char linux_banner[] = "Linux version 6.12.0-fixture (fake@host) (cc) #1 SMP\n";
