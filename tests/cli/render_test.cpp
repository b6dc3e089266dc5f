// testdata/render/<slug>/: every file but text.txt, analysis.json and page.html is an input; these are what
// must come out. page.html is the page's body: its head holds the style sheet.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/render/html.h"
#include "cli/render/json.h"
#include "cli/render/text.h"
#include "tests/cli/analyse.h"
#include "tests/cli/golden.h"

namespace {

namespace fs = std::filesystem;

using tests::read_file;

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> entries(fs::directory_iterator(folder), {});
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

TEST_CASE("rendered text, JSON and HTML are what they were") {
  for (const auto& folder : sorted(fs::path(DEPOT_SOURCE_DIR) / "testdata/render")) {
    const auto slug = folder.filename().string();
    SUBCASE(slug.c_str()) {
      std::vector<tests::NamedText> inputs;
      for (const auto& file : sorted(folder))
        if (const auto name = file.filename();
            name != "text.txt" && name != "analysis.json" && name != "page.html")
          inputs.emplace_back(file.filename().string(), read_file(file));
      const cli::StackFilter everything;
      cli::StackCollection stacks(everything, {});
      cli::AnalyzerOptions options;
      options.listener = &stacks;
      const auto result = tests::analyse(inputs, options);
      tests::compare_golden(folder / "text.txt", cli::render::text(result->analysis, {{}, true}));
      std::ostringstream json;
      cli::render::json(result->analysis, json);
      CHECK(nlohmann::json::accept(json.str()));
      tests::compare_golden(folder / "analysis.json", json.str());
      const auto page = cli::render::html(result->analysis, stacks);
      const auto body = page.find("<body>");
      REQUIRE_NE(body, std::string::npos);
      tests::compare_golden(folder / "page.html", page.substr(body));
    }
  }
}

TEST_CASE("no line of text is wider than the screen") {
  const auto log = read_file(fs::path(DEPOT_SOURCE_DIR) / "testdata/logs/kasan-slub-6.12.txt");
  const auto result = tests::analyse({{"a-rather-long-name-of-a-log.txt", log}});
  for (const std::size_t width : {50u, 60u, 80u, 100u, 132u}) {
    CAPTURE(width);
    cli::render::Screen screen;
    screen.width = width;
    screen.height = 24;
    std::istringstream lines(cli::render::text(result->analysis, {screen, false}));
    for (std::string line; std::getline(lines, line);) {
      // Code points, as all that we print is one column wide.
      const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
      CHECK_MESSAGE(static_cast<std::size_t>(columns) <= width, line);
    }
  }
}
