#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/analyze.h"
#include "cli/triage.h"
#include "tests/cli/command.h"

namespace {

tests::Ran analyze(std::vector<std::string> arguments) {
  return tests::run(cli::setup_analyze, cli::run_analyze, std::move(arguments));
}

nlohmann::json filtered_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--format", "json"});
  const auto ran = analyze(std::move(arguments));
  REQUIRE_EQ(ran.err, "");
  return nlohmann::json::parse(ran.out);
}

}  // namespace

TEST_CASE("reports are chosen by family, title and time; the depot is measured whole") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  const auto all = filtered_json({log});
  REQUIRE_EQ(all["reports"].size(), 9);
  CHECK_FALSE(all.contains("filter"));

  const auto slub = filtered_json({"--family", "slub", log});
  CHECK_EQ(slub["reports"].size(), 1);
  CHECK_EQ(slub["filter"]["left_out"], 8);
  CHECK_EQ(slub["depot"], all["depot"]);
  CHECK_EQ(filtered_json({log, "--family", "slub,kasan"})["reports"].size(), 9);
  CHECK_EQ(filtered_json({log, "--title", "use-after-free (Read|Write) in t_"})["reports"].size(), 1);

  // From the time of the fifth report on.
  const auto time = all["reports"][4]["time"].get<double>();
  CHECK_GT(time, 0);
  CHECK_EQ(filtered_json({log, "--since", std::to_string(time)})["reports"].size(), 5);
  // The log has no time of day: nothing is left out, and that is said.
  const auto wall = filtered_json({log, "--since", "2024-01-25 17:37"});
  CHECK_EQ(wall["reports"].size(), 9);
  CHECK_EQ(wall["filter"]["untimed"], 9);

  const auto text = analyze({log, "--family", "slub"});
  CHECK_NE(text.out.find("1 report: 1 SLUB"), std::string::npos);
  CHECK_NE(text.out.find("8 reports were left out"), std::string::npos);
}

TEST_CASE("a log with times of day is cut at one") {
  const auto log = tests::testdata("reports/kasan/iso-time-without-host.txt");
  const auto all = filtered_json({log});
  REQUIRE_EQ(all["reports"].size(), 2);
  CHECK_EQ(all["reports"][1]["wall_time"], "2024-01-25T17:37:24.123456+00:00");
  CHECK_EQ(filtered_json({log, "--since", "2024-01-25T17:37:24.123456+00:00"})["reports"].size(), 2);
  CHECK_EQ(filtered_json({log, "--since", "2024-01-25T18:37:24+01:00"})["reports"].size(), 2);
  CHECK_EQ(filtered_json({log, "--since", "2024-01-25 17:38"})["reports"].size(), 0);
}

TEST_CASE("triage groups what the filter takes") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  const auto ran =
      tests::run(cli::setup_triage, cli::run_triage, {"--format", "json", "--family", "slub", log});
  const auto document = nlohmann::json::parse(ran.out);
  REQUIRE_EQ(document["groups"].size(), 1);
  CHECK_EQ(document["groups"][0]["family"], "slub");
  const auto none = tests::run(cli::setup_triage, cli::run_triage, {"--title", "no such title", log});
  CHECK(none.exit == cli::ExitCode::done);
  CHECK_NE(none.out.find("9 reports were left out"), std::string::npos);
}

TEST_CASE("a filter that cannot be is said") {
  const auto log = tests::testdata("logs/kasan-slub-6.12.txt");
  for (const auto& [option, value] : {std::pair{"--title", "("}, std::pair{"--since", "yesterday"},
                                      std::pair{"--since", "-5"}, std::pair{"--since", "2024-01-25 x"}}) {
    const auto ran = analyze({log, option, value});
    CHECK(ran.exit == cli::ExitCode::trouble);
    CHECK_EQ(ran.out, "");
    CHECK_NE(ran.err.find(option), std::string::npos);
  }
}
