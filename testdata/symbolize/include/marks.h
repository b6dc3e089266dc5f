/* A place that a test can find again: four bytes in the code stream that stand nowhere else. The code is never run. */
#define MARK(number) __asm__ volatile(".4byte 0x5eed0000 + " #number)

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif
#define ALWAYS_INLINE static inline __attribute__((always_inline))

extern volatile int sink;
