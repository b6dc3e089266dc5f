#include "cli/render/escape.h"

#include <doctest/doctest.h>

#include "cli/render/numbers.h"

using cli::render::columns;
using cli::render::cut;
using cli::render::for_html;
using cli::render::for_terminal;
using cli::render::valid_utf8;
using cli::render::wrapped;

TEST_CASE("nothing of a log steers the terminal") {
  CHECK_EQ(for_terminal("plain text"), "plain text");
  CHECK_EQ(for_terminal("\x1b[31mred"), "\\x1b[31mred");
  CHECK_EQ(for_terminal("a\r\nb\tc\x07"), "a\\x0d\\x0ab c\\x07");
  CHECK_EQ(for_terminal("\x7f\xc2\x9b"), "\\x7f\\x9b");  // DEL, and CSI as one C1 character
  CHECK_EQ(for_terminal("a\xe2\x80\xae"
                        "b"),
           "a\\u202eb");  // right-to-left override
  CHECK_EQ(for_terminal("\xff\xc0\xaf\xed\xa0\x80"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80");  // no UTF-8
  CHECK_EQ(for_terminal("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST_CASE("nothing of a log becomes HTML") {
  CHECK_EQ(for_html("plain text"), "plain text");
  CHECK_EQ(for_html("<script>alert(\"1\")</script>"), "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  CHECK_EQ(for_html("' onload='x' &lt;"), "&#39; onload=&#39;x&#39; &amp;lt;");
  CHECK_EQ(for_html("\x1b[31m\xff"), "\\x1b[31m\\xff");
  CHECK_EQ(for_html(std::string_view("a\0b", 3)), "a\\x00b");
  // Bidirectional controls, the Arabic letter mark among them, and what is no character at all.
  CHECK_EQ(for_html("\xe2\x80\xae\xd8\x9c\xef\xbf\xbf\xf3\xa0\x80\x81"), "\\u202e\\u061c\\uffff\\ue0001");
  CHECK_EQ(for_html("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST_CASE("nothing of a log becomes Markdown") {
  using cli::render::markdown_code;
  CHECK_EQ(markdown_code("vfs_read+0x1/0x2"), "`vfs_read+0x1/0x2`");
  CHECK_EQ(markdown_code("a|b"), "`a\\|b`");
  CHECK_EQ(markdown_code("``` <b>@user</b>"), "```` ``` <b>@user</b> ````");
  CHECK_EQ(markdown_code("`"), "`` ` ``");
  CHECK_EQ(markdown_code("\n# title"), "`\\x0a# title`");
}

TEST_CASE("bad bytes become U+FFFD, one each") {
  CHECK_EQ(valid_utf8("a\xff\xfe"
                      "b"),
           "a\xef\xbf\xbd\xef\xbf\xbd"
           "b");
  CHECK_EQ(valid_utf8("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
  CHECK_EQ(valid_utf8("\xf0\x9f\x98"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("cutting and wrapping count columns") {
  CHECK_EQ(columns("gr\xc3\xbc\xc3\x9f"), 4);
  CHECK_EQ(cut("abcdef", 6), "abcdef");
  CHECK_EQ(cut("abcdef", 4), "abc\xe2\x80\xa6");
  CHECK_EQ(wrapped("one two three", 8, "  "), "one two\n  three\n");
  CHECK_EQ(wrapped("", 8, "  "), "\n");
  CHECK_EQ(wrapped("  averylongword another", 8, ""), "  averylongword\nanother\n");
}

TEST_CASE("numbers as people read them") {
  CHECK_EQ(cli::render::grouped(0), "0");
  CHECK_EQ(cli::render::grouped(999), "999");
  CHECK_EQ(cli::render::grouped(1234567), "1,234,567");
  CHECK_EQ(cli::render::kib(512), "512 B");
  CHECK_EQ(cli::render::kib(33184), "32.4 KiB");
  CHECK_EQ(cli::render::kib(4736 * 1024), "4,736 KiB");
  CHECK_EQ(cli::render::kib(128u << 20), "128.0 MiB");
  CHECK_EQ(cli::render::percent(0), "0 %");
  CHECK_EQ(cli::render::percent(0.0001), "0.1 %");
  CHECK_EQ(cli::render::percent(0.789), "79 %");
  CHECK_EQ(cli::render::bar(0.5, 4, false), "##");
  CHECK_EQ(cli::render::bar(1.5, 2, true), "\u2588\u2588");
}
