#include "parser/frame_table.h"

#include <doctest/doctest.h>

#include "tests/parser/found.h"

namespace {

// "kfree+0x10/0x40 [foo]", with "? " if unreliable and "@address" where one is printed; "-" if it is no
// frame.
std::string read(parser::FrameTable& table, std::string_view text) {
  const auto parsed = table.parse(text);
  if (!parsed) return "-";
  const auto& frame = table[parsed->id];
  auto said = (parsed->reliable ? "" : "? ") + parser_tests::frame_text(frame);
  if (!frame.build_id.empty()) said += " id " + std::string(frame.build_id);
  if (!frame.symbol.empty() && frame.address != 0) said += " @" + parser_tests::hex(frame.address);
  return said;
}

}  // namespace

TEST_CASE("frames in every printed shape") {
  parser::FrameTable table;
  const auto check = [&table](std::string_view text, std::string_view expected) {
    CAPTURE(text);
    CHECK(read(table, text) == expected);
    CHECK(read(table, text) == expected);  // the second time from memory
  };
  check(" foo+0x1a/0x40", "foo+0x1a/0x40");
  check("        foo+0x1a/0x40", "foo+0x1a/0x40");
  check("\tfoo+0x1a/0x40", "foo+0x1a/0x40");
  check(" foo+0x1a/0x40 [mod]", "foo+0x1a/0x40 [mod]");
  check(" foo+0x1a/0x40 [mod 0123456789abcdef0123456789abcdef01234567]",
        "foo+0x1a/0x40 [mod] id 0123456789abcdef0123456789abcdef01234567");
  check(" ? foo+0x1a/0x40 [mod]", "? foo+0x1a/0x40 [mod]");
  check(" foo.isra.0.cold+0x1a/0x40", "foo.isra.0.cold+0x1a/0x40");
  check(" __pfx_foo+0x10/0x10", "__pfx_foo+0x10/0x10");
  check(" _RNvMs_NtCs1234_6kernel4listINtB2_4ListE+0x1a/0x40",
        "_RNvMs_NtCs1234_6kernel4listINtB2_4ListE+0x1a/0x40");
  check(" 0xffffffff81234567", "0xffffffff81234567");
  check(" 0xffffffffc0123456 [mod]", "0xffffffffc0123456 [mod]");
  check(" [<ffffffff81234567>] foo+0x1a/0x40", "foo+0x1a/0x40 @ffffffff81234567");
  check(" [<ffffffff81234567>] ? foo+0x1a/0x40", "? foo+0x1a/0x40 @ffffffff81234567");
  check("[<ffffffff80006c5e>] foo+0x1a/0x40", "foo+0x1a/0x40 @ffffffff80006c5e");
  check(" [<000003ffe0123456>] foo+0x1a/0x40 ", "foo+0x1a/0x40 @3ffe0123456");
  check("([<000003ffe0123456>] foo+0x1a/0x40)", "? foo+0x1a/0x40 @3ffe0123456");
  check("[c000000012345678] [c000000000123456] foo+0x1a/0x40", "foo+0x1a/0x40 @c000000000123456");
  check("[c000000012345678] [c000000000123456] foo+0x1a/0x40 (unreliable)",
        "? foo+0x1a/0x40 @c000000000123456");
  check(" foo+0x1a/0x40 (P)", "foo+0x1a/0x40");
  check(" foo+0x1a/0x40 [mod] (CF)", "foo+0x1a/0x40 [mod]");
  check(" foo+0x1a/0x40 mm/slub.c:123", "foo+0x1a/0x40 mm/slub.c:123");
  check(" foo+0x1a/0x40 mm/slub.c:123 [mod]", "foo+0x1a/0x40 [mod] mm/slub.c:123");
  check(" foo from bar+0x1a/0x40", "bar+0x1a/0x40");
  check(" foo from bar+0x1a/0x40 [mod]", "bar+0x1a/0x40 [mod]");
  check("[<c0101234>] (foo) from [<c0105678>] (bar+0x1a/0x40)", "bar+0x1a/0x40 @c0105678");
  check(" foo (mm/slub.c:123)", "foo+0x0/0x0 mm/slub.c:123");
  check(" ? foo (mm/slub.c:123)", "? foo+0x0/0x0 mm/slub.c:123");
  check(" foo (mm/slub.h:45 mm/slub.c:123 (discriminator 3)) mod (P)", "foo+0x0/0x0 [mod] mm/slub.c:123");
  check(" foo (drivers/foo/core.c:12) [mod]", "foo+0x0/0x0 [mod] drivers/foo/core.c:12");

  check(" foo (or bar)", "-");
  check(" foo (mm/slub.c:123", "-");
  check(" foo (mm/slub.c:12x)", "-");
  check(" a word from bar+0x1a/0x40", "-");
  check(" foo from", "-");
  check(" foo mm/slub.c:123 [inline]", "-");
  check(" foo+0x1a/0x40 mm/slub.c:123 [inline]", "-");
  check(" foo", "-");
  check(" foo+0x", "-");
  check(" foo+12", "-");
  check(" 7foo+0x1a/0x40", "-");
  check(" foo+0x1a/0x40 and more", "-");
  check(" the foo+0x1a/0x40", "-");
  check(" 0x10", "-");
  check("", "-");
  check("[", "-");
  check("([<", "-");
  check(" foo+0x1a/0x40 [", "-");
  check(" foo+0x1a/0x40 []", "-");
  check(" foo+0x1a/0x40 [mod xyz]", "-");
  check(std::string(5000, 'a') + "+0x1/0x2", "-");
}

TEST_CASE("a frame's identity is what a stored stack can tell") {
  parser::FrameTable table;
  const auto identity = [&table](std::string_view text) { return table[table.parse(text)->id].identity; };
  const auto foo = identity(" foo+0x1a/0x40");
  CHECK(identity("  foo+0x1a/0x40") == foo);
  CHECK(identity(" ? foo+0x1a/0x40") == foo);
  CHECK(identity(" foo+0x1a/0x40 mm/slub.c:123") == foo);
  CHECK(identity(" [<ffffffff81234567>] foo+0x1a/0x40") == foo);
  CHECK(identity(" foo (mm/slub.c:1)") != identity(" foo (mm/slub.c:2)"));
  CHECK(identity(" foo+0x1b/0x40") != foo);
  CHECK(identity(" foo+0x1a/0x44") != foo);
  CHECK(identity(" foo+0x1a/0x40 [mod]") != foo);
  CHECK(identity(" foo+0x1a/0x40 [mod 0123456789abcdef0123456789abcdef01234567]") ==
        identity(" foo+0x1a/0x40 [mod]"));
  CHECK(identity(" 0xffffffff81234567") == 0xffffffff81234567);
  CHECK(table[table.address(0xffffffff81234567)].identity == 0xffffffff81234567);
}

TEST_CASE("frames are kept once and stay where they are") {
  parser::FrameTable table;
  const auto first = table.parse(" foo+0x1a/0x40")->id;
  const auto symbol = table[first].symbol;
  for (int i = 0; i < 20'000; ++i) table.parse(" f" + std::to_string(i) + "+0x1/0x2");
  CHECK(table.size() == 20'001);
  CHECK(table.parse("\t foo+0x1a/0x40 ")->id == first);
  CHECK(table.parse(" ? foo+0x1a/0x40")->id == first);
  CHECK(symbol.data() == table[first].symbol.data());
  CHECK(symbol == "foo");
}

TEST_CASE("what a stack goes on with is guessed from stacks before it") {
  parser::FrameTable table;
  using Place = parser::FrameTable::Place;
  const auto expected = [&table](Place& place, const std::string& function) {
    return table.expect(function + "+0x1/0x2", place).has_value();
  };
  const auto tell = [&](const std::string& functions) {
    std::size_t guessed = 0;
    Place place(7);
    for (const char c : functions) {
      const std::string function(1, c);
      if (expected(place, function))
        ++guessed;
      else
        CHECK(table.parse(" " + function + "+0x1/0x2", place).has_value());
    }
    return guessed;
  };
  CHECK(tell("abcdef") == 0);
  CHECK(tell("abcdef") == 6);
  // Another way into known frames costs a look where it begins and where it joins.
  CHECK(tell("abxyef") == 3);
  CHECK(tell("abxyef") == 6);
  CHECK(tell("abcdef") == 6);
  // Two stacks that are read at the same time do not mislead one another.
  Place one(7), other(7);
  for (const std::string function : {"a", "b"}) {
    CHECK(expected(one, function));
    CHECK(expected(other, function));
  }
  CHECK(expected(one, "c"));
  CHECK(expected(other, "x"));
  CHECK(expected(one, "d"));
  CHECK(expected(other, "y"));
  // A mark before it and what follows it.
  Place marked(7);
  const auto first = table.expect("? a+0x1/0x2", marked);
  REQUIRE(first.has_value());
  CHECK_FALSE(first->reliable);
  std::size_t size = 0;
  CHECK_FALSE(table.expect_line("b+0x1/0x2 [mod]\n", marked, size).has_value());
  CHECK_FALSE(table.expect_line("b+0x1/0x2", marked, size).has_value());
  CHECK_FALSE(table.expect_line("b+0x1/0x2\r", marked, size).has_value());
  CHECK(table.expect_line("b+0x1/0x2\r\nmore", marked, size).has_value());
  CHECK(size == 9);
  CHECK(table.expect_line("? c+0x1/0x2\n", marked, size).has_value());
  CHECK(size == 11);
}

TEST_CASE("guesses are forgotten when there are many, and made anew") {
  parser::FrameTable table;
  const auto tell = [&table](int from, int to) {
    std::size_t guessed = 0;
    parser::FrameTable::Place place(1);
    for (int i = from; i < to; ++i) {
      const auto text = "f" + std::to_string(i) + "+0x1/0x2";
      if (table.expect(text, place))
        ++guessed;
      else
        table.parse(text, place);
    }
    return guessed;
  };
  CHECK(tell(0, 100) == 0);
  CHECK(tell(0, 100) == 100);
  for (int i = 100; i < 100'000; i += 100) CHECK(tell(i, i + 100) == 0);
  CHECK(tell(0, 100) < 100);
  tell(0, 100);
  CHECK(tell(0, 100) == 100);
}
