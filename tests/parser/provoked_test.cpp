#include "parser/provoked.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "parser/log_parser.h"

namespace {

// "TITLE LINE: expected_by" of each report of a log.
std::vector<std::string> expected_by(const std::string& log) {
  struct Sink final : parser::Sink {
    void on_boot(const parser::Boot&) override {}
    void on_depot_trace(const parser::Trace&) override {}
    void on_report(parser::Report&& report, std::string_view /*text*/) override {
      found.push_back(report.expected_by);
    }
    void on_stats(const parser::DepotStats&) override {}
    void on_bad_line(std::uint64_t, std::string_view) override {}
    void on_kind(parser::InputKind) override {}
    std::vector<std::string> found;
  } sink;
  parser::LogParser parser(sink);
  parser.begin_input("log");
  parser.feed(log);
  parser.finish_input();
  return sink.found;
}

std::string line(const std::string& text, const std::string& caller = "T7") {
  return "[    1.000000][" + std::string(6 - caller.size(), ' ') + caller + "] " + text + "\n";
}

std::string report(const std::vector<std::string>& frames, const std::string& caller = "T7") {
  auto text = line(std::string(66, '='), caller) +
              line("BUG: KASAN: slab-use-after-free in foo+0x1/0x2", caller) +
              line("Read of size 1 at addr ffff888000000000 by task a/7", caller) +
              line("CPU: 0 UID: 0 PID: 7 Comm: a Not tainted 6.12.0 #1", caller) +
              line("Call Trace:", caller) + line(" <TASK>", caller);
  for (const auto& frame : frames) text += line(" " + frame + "+0x1/0x2", caller);
  return text + line(" </TASK>", caller) + line(std::string(66, '='), caller);
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("LKDTM: the caller's next report, or any stack that runs through a test of it") {
  const auto says = line("lkdtm: Performing direct entry READ_AFTER_FREE");
  CHECK(expected_by(says + report({"foo", "bar"})) == Names{"LKDTM READ_AFTER_FREE"});
  CHECK(expected_by(says + report({"foo", "bar"}, "T9")) == Names{""});
  CHECK(expected_by(report({"foo", "lkdtm_LOOP", "lkdtm_do_action"})) == Names{"LKDTM LOOP"});
  CHECK(expected_by(report({"foo", "lkdtm_do_action"})) == Names{""});
  std::string later;
  for (int i = 0; i < 500; ++i) later += line("other things happen");
  CHECK(expected_by(says + later + report({"foo"})) == Names{""});
}

TEST_CASE("KUnit: between a suite's beginning and its result, with the case that ran") {
  const auto begin = line("    # Subtest: kasan");
  const auto end = line("ok 1 kasan");
  CHECK(expected_by(begin + report({"foo", "kmalloc_oob_right", "kunit_try_run_case", "kthread"}, "T44") +
                    end + report({"foo"})) == Names{"KUnit kasan.kmalloc_oob_right", ""});
  CHECK(expected_by(begin + line("    not ok 12 kmalloc_oob_right") + report({"foo"})) ==
        Names{"KUnit kasan"});
  CHECK(expected_by(begin + line("not ok 1 - kasan") + report({"foo"})) == Names{""});
  CHECK(expected_by(line("    # Subtest: ext4_inode_test") + report({"foo"})) == Names{""});
}

TEST_CASE("older test modules and kselftest") {
  CHECK(expected_by(line("kasan test: kmalloc_oob_right out-of-bounds to right") + report({"foo"})) ==
        Names{"test_kasan kmalloc_oob_right"});
  const auto begin = line("kselftest: Running tests in lkdtm");
  CHECK(expected_by(begin + report({"foo"}, "T9")) == Names{"kselftest lkdtm"});
  CHECK(expected_by(begin + line("kselftest: Running tests in net") + report({"foo"}, "T9")) == Names{""});
}

TEST_CASE("another log begins without sections") {
  struct Sink final : parser::Sink {
    void on_boot(const parser::Boot&) override {}
    void on_depot_trace(const parser::Trace&) override {}
    void on_report(parser::Report&& report, std::string_view /*text*/) override { last = report.expected_by; }
    void on_stats(const parser::DepotStats&) override {}
    void on_bad_line(std::uint64_t, std::string_view) override {}
    void on_kind(parser::InputKind) override {}
    std::string last = "none";
  } sink;
  parser::LogParser parser(sink);
  for (const auto& log : {line("    # Subtest: kasan"), report({"foo"})}) {
    parser.begin_input("log");
    parser.feed(log);
    parser.finish_input();
  }
  CHECK(sink.last.empty());
}
