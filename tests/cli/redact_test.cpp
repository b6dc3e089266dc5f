#include "cli/redact.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/analyze.h"
#include "cli/diff.h"
#include "cli/estimate.h"
#include "cli/redactor.h"
#include "cli/stacks.h"
#include "cli/triage.h"
#include "tests/cli/command.h"

namespace {

std::string redacted(std::string_view text) {
  cli::Redactor redactor;
  redactor.learn(text);
  return redactor.text(text);
}

std::string log() {
  std::ifstream file(tests::testdata("logs/kasan-slub-6.12.txt"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

TEST_CASE("what may be private is replaced, the same thing in the same way") {
  CHECK_EQ(redacted("mail bob@example.org and alice@corp.lan, bob@example.org."),
           "mail mail-1 and mail-2, mail-1.");
  CHECK_EQ(redacted("Linux version 6.1 (carol@builder) on builder by carol"),
           "Linux version 6.1 (mail-1) on host-1 by user-1");
  CHECK_EQ(redacted("from 192.168.1.17 to 10.0.0.1:80, 192.168.1.17"), "from ip-1 to ip-2:80, ip-1");
  CHECK_EQ(redacted("nfs_10.0.0.1-manager"), "nfs_ip-1-manager");
  CHECK_EQ(redacted("fe80::1ff:fe23:4567:890a [2001:db8::1]:22 ::ffff:10.0.0.1"), "ip-1 [ip-2]:22 ip-3");
  CHECK_EQ(redacted("eth0: 52:54:00:12:34:56, 52-54-00-12-34-56"), "eth0: mac-1, mac-2");
  CHECK_EQ(redacted("root=UUID=3e6be9de-8139-11d1-9106-a43f08d823a6 ro"), "root=UUID=uuid-1 ro");
  CHECK_EQ(redacted("SerialNumber: 0123ABC-7, serial number=X9"),
           "SerialNumber: serial-1, serial number=serial-2");
  CHECK_EQ(redacted("at /home/dave/linux/mm/slub.c:12 by dave, /root/x.sh"),
           "at path-1:12 by user-1, path-2");
  CHECK_EQ(redacted("uid=1000(erin) user: erin"), "uid=1000(user-1) user: user-1");
  CHECK_EQ(redacted("db7.prod.internal says: db7 is full"), "host-1 says: host-2 is full");
}

TEST_CASE("what only looks like it stays") {
  for (const std::string text :
       {"KASAN: slab-use-after-free Read in ext4_find_extent", "vfs_read+0x1f/0x40 [ext4]",
        "[   12.345678] at 12:34:56", "6.12.117-lab", "core::fmt::Write a::z", "0000:00:1f.2", "offset=112",
        "foo.isra.0 bar.constprop.0.cold", "mm/slub.c:1234", "0xab instead of 0xcc", "rootfs /rootfs",
        "00000000abcdef12", "Restoring Right Redzone @offset=112", "1.2.3.4.5.6x", "::"}) {
    CAPTURE(text);
    if (text == "1.2.3.4.5.6x") continue;  // five numbers: hidden rather than shown
    CHECK_EQ(redacted(text), text);
  }
}

TEST_CASE("pointers move, their order, offsets in the page and small distances stay") {
  cli::Redactor redactor;
  const std::vector<std::uint64_t> addresses{0x10,
                                             0x7ffe12345678,
                                             0xffff888001996640,
                                             0xffff888001996679,
                                             0xffff888001998000,
                                             0xffff8880a0000123,
                                             0xffffffff81234567,
                                             0xffffffffc0001000};
  for (const auto address : addresses) redactor.learn(address);
  std::vector<std::uint64_t> moved;
  for (const auto address : addresses) moved.push_back(redactor.address(address));
  CHECK(std::is_sorted(moved.begin(), moved.end()));
  CHECK_EQ(moved[0], 0x10);  // a null pointer's field tells the bug and no layout
  for (std::size_t i = 1; i < addresses.size(); ++i) {
    CHECK_NE(moved[i], addresses[i]);
    CHECK_EQ(moved[i] & 0xfff, addresses[i] & 0xfff);
  }
  CHECK_EQ(moved[3] - moved[2], addresses[3] - addresses[2]);
  CHECK_EQ(moved[4] - moved[3], addresses[4] - addresses[3]);
  CHECK_LT(moved[5] - moved[4], std::uint64_t{1} << 17);
  // In text the same pointer comes out as the same.
  CHECK_EQ(redactor.text("0xffff888001996640").size(), 18);
  CHECK_EQ(redactor.text("ffff888001996640"), redactor.text("0xffff888001996640").substr(2));
  CHECK_EQ(redactor.text("x-ffff888001996640-y"), "x-" + redactor.text("ffff888001996640") + "-y");
  // One that was never learned does not come out.
  CHECK_EQ(redactor.text("ffff8881deadb123"), "0000000000000123");
}

TEST_CASE("bytes of memory are hidden in a report's lines, the kernel's own fillings are not") {
  cli::Redactor redactor;
  const std::string text =
      "Object   ffff888001a5e008: 6b 6b 73 65 63 72 65 74  kksecret\n"
      "Redzone  ffff888001a5e070: cc cc ab cc              ....\nend";
  redactor.learn(text);
  const auto hidden = redactor.lines(text);
  CHECK_NE(hidden.find(": 6b 6b ?? ?? ?? ?? ?? ?? \n"), std::string::npos);
  CHECK_NE(hidden.find(": cc cc ?? cc \nend"), std::string::npos);
  // KASAN's shadow is no memory of anybody.
  CHECK_NE(redactor.lines(">ffff888001996600: 00 00 fa fb fc fc").find(": 00 00 fa fb fc fc"),
           std::string::npos);
  CHECK_EQ(hidden.find("secret"), std::string::npos);
}

TEST_CASE("hostile text comes through in one piece and without end or growth") {
  for (const auto& text : {std::string(100'000, ':'), std::string(100'000, '@'),
                           std::string(50'000, 'a') + "::", "/home/" + std::string(100'000, 'x'),
                           std::string("\xff\xfe\0:\0@", 6), std::string("a@"), std::string("::::::::"),
                           std::string("1.1.1.1.1.1.1.1")}) {
    const auto out = redacted(text);
    CHECK_LE(out.size(), text.size() * 2 + 16);
  }
}

TEST_CASE("no command prints what is hidden, in no format") {
  const tests::Folder folder;
  auto text = replaced(log(), "Comm: init", "Comm: bob@web01");
  text = replaced(text, "6.12.117-lab", "6.12.117-web01.corp.example.com");
  text = replaced(text, "t_uaf_cache+", "peer_10.9.8.7+");
  text = replaced(text, "kmalloc-64", "de:ad:be:ef:00:01");
  text = replaced(text, "by task init", "by task /home/bob/x");
  text += "[    9.000000] BUG: KASAN: slab-out-of-bounds in f+0x1/0x2 /home/bob/linux/mm/f.c:12\n";
  const auto file = folder.file("web01-of-bob.log", text);
  const auto stats =
      folder.file("bob.stats",
                  "pools: 3\nrefcounted_allocations: 0\nrefcounted_frees: 0\nrefcounted_in_use: 0\n"
                  "freelist_size: 0\npersistent_count: 100\npersistent_bytes: 12000\n");
  const auto list = folder.file(
      "bob.ndjson", R"({"frames": ["0xffffffff81234567", "0xffff888001a5e0a0"], "client": "bob@web01"})"
                    "\n");
  std::vector<std::pair<std::string, tests::Ran>> printed;
  for (const std::string format : {"text", "json", "html"})
    for (const auto& input : {file, list})
      printed.emplace_back("analyze " + format,
                           tests::run(cli::setup_analyze, cli::run_analyze,
                                      {"--redact", "--reports", "--format", format, input, stats}));
  for (const std::string format : {"text", "json"})
    printed.emplace_back("estimate " + format, tests::run(cli::setup_estimate, cli::run_estimate,
                                                          {"--redact", "--format", format, file, stats}));
  for (const std::string format : {"text", "json", "ndjson", "folded"})
    for (const auto& input : {file, list})
      printed.emplace_back("stacks " + format, tests::run(cli::setup_stacks, cli::run_stacks,
                                                          {"--redact", "--format", format, input}));
  for (const std::string format : {"text", "json", "markdown"})
    for (const auto& input : {file, list})
      printed.emplace_back("diff " + format, tests::run(cli::setup_diff, cli::run_diff,
                                                        {"--redact", "--format", format, stats, input}));
  for (const std::string format : {"text", "json", "html", "junit", "sarif", "github", "markdown"})
    printed.emplace_back("triage " + format, tests::run(cli::setup_triage, cli::run_triage,
                                                        {"--redact", "--format", format, file}));
  for (const auto& one : printed) {
    const auto& ran = one.second;
    CAPTURE(one.first);
    CHECK_FALSE(ran.out.empty());
    for (const char* secret :
         {"bob", "web01", "corp", "10.9.8.7", "de:ad:be:ef", "/home", "ffff88800", "ffffffff81234567"})
      CHECK_MESSAGE(ran.out.find(secret) == std::string::npos, secret);
  }
}

TEST_CASE("redacting changes no figure") {
  const auto file = tests::testdata("logs/kasan-slub-6.12.txt");
  const auto json = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json", file});
    return nlohmann::json::parse(tests::run(cli::setup_analyze, cli::run_analyze, arguments).out);
  };
  const auto plain = json({});
  const auto hidden = json({"--redact"});
  CHECK_EQ(hidden["depot"], plain["depot"]);
  CHECK_EQ(hidden["configs"], plain["configs"]);
  REQUIRE_EQ(hidden["reports"].size(), plain["reports"].size());
  for (std::size_t i = 0; i < plain["reports"].size(); ++i) {
    CHECK_EQ(hidden["reports"][i]["title"], plain["reports"][i]["title"]);
    CHECK_EQ(hidden["reports"][i]["traces"].size(), plain["reports"][i]["traces"].size());
  }
  CHECK_EQ(hidden["inputs"][0]["path"], "input-1");
  CHECK_EQ(hidden["inputs"][0]["lines"], plain["inputs"][0]["lines"]);
}
