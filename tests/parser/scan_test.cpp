#include "parser/scan.h"

#include <doctest/doctest.h>

TEST_CASE("numbers are read whole or not at all") {
  CHECK_EQ(parser::to_number("42"), 42);
  CHECK_EQ(parser::to_number("0x1f", 16), 0x1f);
  CHECK_EQ(parser::to_number("1f", 16), 0x1f);
  CHECK_FALSE(parser::to_number("42x"));
  CHECK_FALSE(parser::to_number(""));
  CHECK_FALSE(parser::to_number("99999999999999999999999"));
  CHECK_EQ(parser::to_number<std::int64_t>("-1"), -1);
}
