/* Inlined into several units, as kernel headers are. */
ALWAYS_INLINE void inner(int value) {
  sink += value;
  MARK(1); /* line: inner */
}

ALWAYS_INLINE void middle(int value) {
  sink ^= value;
  inner(value + 1); /* line: middle calls inner */
}
