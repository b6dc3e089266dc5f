#include "cli/symbols.h"

#include <doctest/doctest.h>

#include "cli/analyze.h"
#include "cli/render/text.h"
#include "tests/cli/analyse.h"
#include "tests/cli/command.h"

namespace {

const std::string kInterrupted =
    "BUG: KASAN: slab-out-of-bounds in victim+0x1/0x10\n"
    "Read of size 8 at addr ffff888000000008 by task cat/7\n"
    "Call Trace:\n"
    " <IRQ>\n"
    " handler+0x1/0x10\n"
    " </IRQ>\n"
    " asm_sysvec_apic_timer_interrupt+0x1/0x10\n"
    " victim+0x5/0x10\n"
    " caller+0x5/0x10\n"
    "\n"
    "==================================================================\n";

}  // namespace

TEST_CASE("only the frame below an exception's entry holds an exact program counter") {
  const auto result = tests::analyse({{"log", kInterrupted}});
  const auto& trace = result->analysis.reports.at(0).report.traces.at(0);
  REQUIRE_EQ(trace.frames.size(), 4);
  for (std::size_t i = 0; i < trace.frames.size(); ++i)
    CHECK_EQ(cli::holds_exact_pc(trace, i, *result->analysis.frames), i == 2);
}

TEST_CASE("a kernel that cannot be read is said, with its path") {
  const auto result = tests::analyse({{"log", kInterrupted}});
  cli::SymbolOptions options;
  options.vmlinux = "/no/such/vmlinux";
  const auto answer = cli::symbolize_traces({}, *result->analysis.frames, options);
  REQUIRE(std::holds_alternative<std::string>(answer));
  CHECK(std::get<std::string>(answer).find("/no/such/vmlinux") != std::string::npos);
}

TEST_CASE("places show in the text: the line, what was inlined above it, or the reason") {
  auto result = tests::analyse({{"log", kInterrupted}});
  auto& analysis = result->analysis;
  const auto& frames = analysis.reports.at(0).report.traces.at(0).frames;
  symbolize::Answer found;
  found.location =
      symbolize::Location{"victim", "mm/victim.c", 12, {{"inner", "mm/inner.h", 3}}, 0, "victim", 5, 16, ""};
  analysis.places.answers[{frames[2].frame, true}] = found;
  symbolize::Answer lost;
  lost.reason = "no such symbol";
  analysis.places.answers[{frames[3].frame, false}] = lost;
  cli::render::TextOptions options;
  options.reports = true;
  CHECK(cli::render::text(analysis, options).find("no such symbol") == std::string::npos);
  options.reasons = true;
  options.sources = [](const std::string& file, unsigned line) -> std::vector<cli::render::SourceLine> {
    if (file != "mm/inner.h") return {};
    return {{line - 1, "\tbefore\x1b"}, {line, "}"}};
  };
  const auto text = cli::render::text(analysis, options);
  CHECK(text.find("    inner  mm/inner.h:3  [inline]\n    victim+0x5/0x10  mm/victim.c:12\n"
                  "        2 |         before\\x1b\n      > 3 | }\n") != std::string::npos);
  CHECK(text.find("    caller+0x5/0x10  (no such symbol)\n") != std::string::npos);
}

TEST_CASE("the analysis refuses a kernel of another build, by the id that the log prints") {
  const tests::Folder folder;
  const auto log =
      folder.file("log",
                  "BUG: KASAN: slab-out-of-bounds in start_kernel+0x1/0x10\n"
                  "Read of size 8 at addr ffff888000000008 by task cat/7\n"
                  "CPU: 0 PID: 7 Comm: cat Not tainted 6.12.0 #1 0123456789abcdef0123456789abcdef01234567\n"
                  "Call Trace:\n"
                  " start_kernel+0x5/0x100\n"
                  "\n"
                  "==================================================================\n");
  const std::string kernel = std::string(SYMBOLIZE_PROGRAMS) + "/kernel-gcc-5";
  auto ran = tests::run(cli::setup_analyze, cli::run_analyze, {"--vmlinux", kernel, "--no-cache", log});
  CHECK(ran.err.find("build-id differs: the log has 0123456789") != std::string::npos);
  CHECK(ran.out.find("init/main.c:") == std::string::npos);
  ran = tests::run(cli::setup_analyze, cli::run_analyze, {"--vmlinux", kernel, "--no-cache", "-v", log});
  CHECK(ran.out.find("(build-id differs") != std::string::npos);
  ran = tests::run(cli::setup_analyze, cli::run_analyze,
                   {"--vmlinux", kernel, "--no-cache", "--allow-mismatch", log});
  CHECK(ran.err.find("build-id differs") != std::string::npos);
  CHECK(ran.out.find("init/main.c:") != std::string::npos);
}
