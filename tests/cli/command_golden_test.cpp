// What triage and diff print, whole: testdata/triage and testdata/diff. Pages without their head, which holds
// the style sheet.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/diff.h"
#include "cli/triage.h"
#include "tests/cli/command.h"
#include "tests/cli/golden.h"

namespace {

// Paths as a user in the project's folder gives them: neither what is printed nor where lines are broken
// depends on where the sources lie.
class InSources {
 public:
  InSources() { std::filesystem::current_path(DEPOT_SOURCE_DIR); }
  ~InSources() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
  }
  InSources(const InSources&) = delete;
  InSources& operator=(const InSources&) = delete;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

std::string body_of(const std::string& page) {
  const auto body = page.find("<body>");
  REQUIRE_NE(body, std::string::npos);
  return page.substr(body);
}

}  // namespace

TEST_CASE("triage's text, JSON and page are what they were") {
  const InSources here;
  const auto triage = [](const char* format) {
    const auto ran =
        tests::run(cli::setup_triage, cli::run_triage,
                   {"--format", format, "--baseline", "testdata/triage/known.txt", "--suppress",
                    "testdata/triage/suppressed.txt", "--family", "kasan,slub", "--as-of", "2026-11-25",
                    "testdata/logs/kasan-slub-6.1-cut.txt", "testdata/render/hostile/log.txt"});
    CHECK(ran.err.empty());
    return ran.out;
  };
  tests::compare_golden(tests::testdata("triage/text.txt"), triage("text"));
  const auto json = triage("json");
  CHECK(nlohmann::json::accept(json));
  tests::compare_golden(tests::testdata("triage/triage.json"), json);
  tests::compare_golden(tests::testdata("triage/page.html"), body_of(triage("html")));
}

TEST_CASE("diff's text, JSON and Markdown are what they were") {
  const InSources here;
  const auto diff = [](const char* format) {
    const auto ran =
        tests::run(cli::setup_diff, cli::run_diff,
                   {"--format", format, "--top", "10", "--key", "names",
                    "testdata/logs/kasan-slub-6.1-cut.txt", "testdata/logs/kasan-slub-6.12.txt"});
    CHECK(ran.err.empty());
    return ran.out;
  };
  tests::compare_golden(tests::testdata("diff/text.txt"), diff("text"));
  const auto json = diff("json");
  CHECK(nlohmann::json::accept(json));
  tests::compare_golden(tests::testdata("diff/diff.json"), json);
  tests::compare_golden(tests::testdata("diff/page.md"), diff("markdown"));
}
