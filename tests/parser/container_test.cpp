// Containers that change a log's lines: each reader alone, then whole reports under each.
#include "parser/containers.h"

#include <doctest/doctest.h>

#include <functional>

#include "parser/kmsg.h"
#include "parser/lava_log.h"
#include "parser/logcat.h"
#include "parser/quoted_printable.h"
#include "tests/parser/shapes.h"

namespace {

using namespace parser_tests;

// "1 |text|" for each line that comes out, with what was read off it.
std::vector<std::string> unpacked(const std::string& text) {
  std::vector<std::string> result;
  parser::ContainerReader reader;
  const auto keep = [&](const parser::Line& line) {
    result.push_back(std::to_string(line.number) + " " + said(line));
  };
  std::istringstream in(text);
  std::uint64_t number = 0;
  for (std::string raw; std::getline(in, raw);) reader.take(raw, ++number, keep);
  reader.finish(keep);
  return result;
}

using Unpacked = std::vector<std::string>;

std::string json_string(const std::string& text, const char* newline = "\\n") {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += newline;
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  return out;
}

std::string bytes_of(const std::string& text) {
  std::string out = "[";
  for (const char c : text)
    out += (out.size() > 1 ? "," : "") + std::to_string(static_cast<unsigned char>(c));
  return out + "]";
}

std::string kmsg_escaped(const std::string& text) {
  return replaced(replaced(text, "\n", "\\x0a"), "\t", "\\x09");
}

std::string single_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out;
}

std::string quoted_printable(const std::string& text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += c;
      column = 0;
      continue;
    }
    const bool last_blank = (c == ' ' || c == '\t') && (i + 1 == text.size() || text[i + 1] == '\n');
    const std::string unit = c == '=' ? "=3D" : last_blank ? (c == ' ' ? "=20" : "=09") : std::string(1, c);
    if (column + unit.size() > 75) {
      out += "=\n";
      column = 0;
    }
    out += unit;
    column += unit.size();
  }
  return out;
}

// One record of each container; `record` may have a second line.
struct Container {
  const char* name;
  std::string head, tail;
  std::function<std::string(const std::string& record)> wrap;
  bool each_line = false;  // a record of several lines has several of the container's
};

std::vector<Container> containers() {
  return {
      {"kmsg", "", "",
       [](const std::string& r) {
         return "3,100,12345678,-;" + kmsg_escaped(r) + "\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP\n";
       }},
      {"kmsg with callers", "", "",
       [](const std::string& r) { return "4,100,12345678,-,caller=T123;" + kmsg_escaped(r) + "\n"; }},
      {"journalctl -o json", "", "",
       [](const std::string& r) {
         return R"({"__CURSOR":"s=1","_TRANSPORT":"kernel","PRIORITY":"3","MESSAGE":")" + json_string(r) +
                R"(","SYSLOG_IDENTIFIER":"kernel","_SOURCE_MONOTONIC_TIMESTAMP":"12345678"})" + "\n";
       }},
      {"journalctl -o json, bytes", "", "",
       [](const std::string& r) { return R"({"_TRANSPORT":"kernel","MESSAGE":)" + bytes_of(r) + "}\n"; }},
      {"journalctl -o json-pretty", "", "",
       [](const std::string& r) {
         return "{\n\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"" + json_string(r) +
                "\",\n\t\"PRIORITY\" : \"3\"\n}\n";
       }},
      {"dmesg -J", "{\n   \"dmesg\": [\n      {\n         \"pri\": 6,\n         \"msg\": \"x\"\n",
       "      }\n   ]\n}\n",
       [](const std::string& r) {
         return "      },{\n         \"pri\": 3,\n         \"time\":    12.345678,\n         \"caller\": \"  "
                " T123\",\n"
                "         \"msg\": \"" +
                json_string(r) + "\"\n";
       }},
      {"LAVA", "", "",
       [](const std::string& r) {
         return R"(- {"dt": "2024-01-25T17:37:24.123456", "lvl": "target", "msg": "[   12.345678] )" +
                json_string(r) + "\"}\n" +
                "- {\"dt\": \"2024-01-25T17:37:24.123456\", \"lvl\": \"info\", \"msg\": \"BUG: KASAN: "
                "none\"}\n";
       },
       true},
      {"LAVA, single quotes", "", "",
       [](const std::string& r) {
         return "- {dt: '2024-01-25T17:37:24.123456', lvl: target, msg: '" + single_quoted(r) + "'}\n" +
                "- {\"dt\": \"2024\", \"lvl\": \"results\", \"msg\": {\"case\": \"boot\"}}\n";
       },
       true},
      {"logcat", "--------- beginning of kernel\n", "",
       [](const std::string& r) {
         const auto colon = r.find(": ");
         const auto word = r.find(' ');
         const bool tag = colon != std::string::npos && word == colon + 1;
         const auto name = tag ? r.substr(0, colon) : "";
         return "01-25 17:37:24.123     0     0 E " + name +
                std::string(8 - std::min<std::size_t>(8, name.size()), ' ') + ": " +
                (tag ? r.substr(colon + 2) : r) + "\n" +
                "01-25 17:37:24.123   812   815 E App     : BUG: KASAN: none\n";
       },
       true},
      {"a mail in quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\n", "",
       [](const std::string& r) { return quoted_printable(r + "\n"); }},
      {"a quoted mail in quoted-printable",
       quoted_printable(
           "On a day in May somebody wrote, with an = and with what else it takes to fill a line:\n"),
       "", [](const std::string& r) { return quoted_printable("> [   12.345678][  T123] " + r + "\n"); },
       true},
  };
}

}  // namespace

TEST_CASE("records of /dev/kmsg") {
  std::string text;
  const auto line = parser::read_kmsg(R"(3,100,12345678,-,caller=T123;BUG: a \x5c and\x0a two)", text);
  REQUIRE(line);
  CHECK(said(*line) == "time 12345678 level 3 caller T123 kernel |BUG: a \\ and\n two|");
  CHECK(said(*parser::read_kmsg("30,5,7,c;systemd", text)) == "time 7 level 6 caller - user |systemd|");
  CHECK(said(*parser::read_kmsg("6,5,7,-,new=1,caller=C0;", text)) == "time 7 level 6 caller C0 kernel ||");
  CHECK(said(*parser::read_kmsg(R"(6,5,7,-;100\xzz \x1)", text)) ==
        R"(time 7 level 6 caller - kernel |100\xzz \x1|)");
  for (const auto* none :
       {"3,100,12,-", "3,100;x", "3,100,12,;x", "3,100,12,q;x", "3,,12,-;x", "9999,1,2,-;x", "3,1,-2,-;x"})
    CHECK_FALSE(parser::read_kmsg(none, text));
}

TEST_CASE("lines of containers come out in order, each with its number") {
  CHECK(unpacked("6,1,5,-;one\\x0atwo\n SUBSYSTEM=pci\n DEVICE=+pci:0\n  text\n6,2,6,-;three\n") ==
        Unpacked{"1 time 5 level 6 caller - kernel |one|", "1 time 5 level 6 caller - kernel |two|",
                 "4 time - level - caller - bare |  text|", "5 time 6 level 6 caller - kernel |three|"});
  CHECK(unpacked("{\n \"dmesg\": [\n {\n \"pri\": 4,\n \"time\": 1.5,\n \"msg\": \"a\"\n },{\n \"msg\": "
                 "\"b\\nc\"\n }\n ]\n}\nx\n") ==
        Unpacked{"3 time 1500000 level 4 caller - kernel |a|", "7 time - level - caller - kernel |b|",
                 "7 time - level - caller - kernel |c|", "11 time - level - caller - bare |}|",
                 "12 time - level - caller - bare |x|"});
  CHECK(unpacked(R"({"MESSAGE":"up","_TRANSPORT":"stdout","SYSLOG_IDENTIFIER":"sshd"})") ==
        Unpacked{"1 time - level - caller - user |up|"});
  CHECK(unpacked("Content-Transfer-Encoding: quoted-printable\n\nage=3D1 =\ncpu=3D0=20\nx=\n") ==
        Unpacked{"1 time - level - caller - bare |Content-Transfer-Encoding: quoted-printable|",
                 "2 time - level - caller - bare ||", "3 time - level - caller - bare |age=1 cpu=0 |",
                 "5 time - level - caller - bare |x|"});
}

TEST_CASE("what a container cannot read passes through") {
  const auto same = [](const std::string& text) {
    std::string out;
    for (const auto& line : unpacked(text)) {
      const auto bar = line.find('|');
      out += line.substr(bar + 1, line.size() - bar - 2) + "\n";
    }
    CHECK(out == text);
  };
  same("{\"MESSAGE\": broken}\n{\n  \"a\": 1\n}\n{\n");
  same("{\n  int x;\n}\n");
  same("{\n\"open\": 1,\n\"and\": 2\n");
  same("- {lvl: target}\n- {\"lvl\": \"target\", \"msg\": \"cut\n- {a list item}\n- {\n");
  same("1,2,3\n12,3;x\n");
  same("x == 3 =\ny=20\ncpu=3D0\n");
  same("====\npid=3D1 cpu=0 =\nage=31 cpu=0\n");
  same("{\"frames\": [\"0x1000\"], \"client\": \"MESSAGE\"}\n");
  std::string endless = "{\n";
  for (int i = 0; i < 20'000; ++i) endless += "\"key\": \"value\",\n";
  same(endless);
}

TEST_CASE("a report is the same in each container") {
  for (const auto* name : kReports) {
    CAPTURE(name);
    const auto lines = records(name);
    const auto bare = report_of(on_each_line(lines, ""));
    for (const auto& container : containers()) {
      CAPTURE(container.name);
      auto log = container.head;
      for (const auto& record : lines) {
        std::istringstream in(container.each_line ? record : "");
        std::string line;
        if (!container.each_line || record.empty()) log += container.wrap(record);
        while (std::getline(in, line)) log += container.wrap(line);
      }
      CHECK(report_of(log + container.tail) == bare);
    }
  }
}
