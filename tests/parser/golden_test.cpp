// testdata/reports and testdata/dumps: each file says in its first lines what must be found in the log below.
// UPDATE_GOLDEN=1 writes what was found into the file and still fails, so that a person looks at the change.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "tests/parser/found.h"

namespace {

using parser_tests::Sample;

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

void rewrite(const Sample& sample, const std::vector<std::string>& found) {
  std::ofstream out(sample.path, std::ios::binary);
  out << joined_lines(sample.origin) << joined_lines(found) << '\n' << sample.log;
}

}  // namespace

TEST_CASE("each file of testdata gives the reports and traces that its first lines say") {
  const auto samples = parser_tests::all_samples();
  REQUIRE(samples.size() > 60);
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  for (const auto& sample : samples) {
    SUBCASE(sample.name.c_str()) {
      const auto found = parser_tests::parse(sample.log, sample.name);
      const auto lines = parser_tests::expectation_lines(*found);
      if (sample.name.starts_with("reports/none/")) CHECK(found->reports.empty());
      CHECK_FALSE(sample.origin.empty());
      CHECK(sample.log.size() < 20'000);
      // No return and no FAIL in here: doctest comes back for the next file only if the loop goes on.
      CHECK_MESSAGE(joined_lines(lines) == joined_lines(sample.expected), sample.path);
      if (update && lines != sample.expected) {
        rewrite(sample, lines);
        FAIL_CHECK("rewritten, look at the change: " << sample.path);
      }
    }
  }
}

TEST_CASE("testdata stays small") {
  std::size_t bytes = 0;
  for (const auto& sample : parser_tests::all_samples()) bytes += sample.log.size();
  CHECK(bytes < 1'000'000);
}
