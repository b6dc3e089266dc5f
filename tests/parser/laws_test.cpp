// What must hold for every input: shown on all of testdata.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "parser/rules.h"
#include "parser/scan.h"
#include "parser/splat_rule.h"
#include "parser/title.h"
#include "tests/parser/found.h"

namespace {

using namespace parser_tests;

std::string everything(const Found& found) {
  std::string text;
  for (const auto& line : expectation_lines(found)) text += line + '\n';
  for (const auto& report : found.reports) text += whole_report(found, report) + report.text;
  for (const auto& trace : found.depot_traces) {
    text += trace_summary(trace) + '\n';
    for (const auto& ref : trace.frames) text += "  " + frame_text(found.frames()[ref.frame]) + '\n';
  }
  return text;
}

// The text from line `number` (from 1) on.
std::string_view from_line(std::string_view text, std::uint64_t number) {
  for (; number > 1; --number) text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  return text;
}

}  // namespace

TEST_CASE("any chunking of the input gives the same") {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::size_t> size(1, 300);
  for (const auto& sample : all_samples()) {
    CAPTURE(sample.name);
    const auto whole = everything(*parse(sample.log, sample.name));
    CHECK(everything(*parse_in_pieces(
              sample.log, [] { return 1; }, sample.name)) == whole);
    CHECK(everything(*parse_in_pieces(
              sample.log, [] { return 7; }, sample.name)) == whole);
    CHECK(everything(*parse_in_pieces(
              sample.log, [&] { return size(random); }, sample.name)) == whole);
  }
}

TEST_CASE("what is read ahead is what is read line by line") {
  // Proof that the input is text, without which nothing is read ahead.
  std::string proof;
  for (int i = 0; i < 100; ++i) proof += "init: a line of text\n";
  for (const auto& sample : all_samples()) {
    CAPTURE(sample.name);
    // Once more, when its stacks are known.
    auto log = proof + sample.log + sample.log;
    for (const std::string_view ends : {"\n", "\r\n"}) {
      if (ends != "\n")
        for (auto at = log.find('\n'); at != std::string::npos; at = log.find('\n', at + ends.size()))
          log.replace(at, 1, ends);
      std::string_view rest = log;
      const auto by_line = parse_in_pieces(
          log,
          [&rest] {
            const auto size = std::min(rest.find('\n'), rest.size() - 1) + 1;
            rest.remove_prefix(size);
            return size;
          },
          sample.name);
      const auto whole = parse(log, sample.name);
      CHECK(everything(*whole) == everything(*by_line));
      CHECK(whole->log_parser.text_facts().lines == by_line->log_parser.text_facts().lines);
      CHECK(whole->log_parser.text_facts().text_bytes == by_line->log_parser.text_facts().text_bytes);
    }
  }
}

TEST_CASE("parsing from a report's first line finds the same report") {
  std::size_t reports = 0;
  for (const auto& sample : all_samples()) {
    CAPTURE(sample.name);
    const auto found = parse(sample.log, sample.name);
    for (auto report : found->reports) {
      CAPTURE(report.title);
      // Reports that were told from one another need the lines of both.
      if (report.demux == parser::Demux::inferred) continue;
      ++reports;
      const auto again = parse(from_line(sample.log, report.first_line), sample.name);
      const auto same = std::find_if(again->reports.begin(), again->reports.end(),
                                     [](const parser::Report& other) { return other.first_line == 1; });
      REQUIRE(same != again->reports.end());
      // A report without a CPU line has its kernel from the banner above.
      if (!report.cpu) report.kernel = same->kernel;
      CHECK(whole_report(*again, *same, Lines::relative) == whole_report(*found, report, Lines::relative));
    }
  }
  CHECK(reports > 60);
}

TEST_CASE("a report's lines are in order and those of its traces within") {
  for (const auto& sample : all_samples()) {
    CAPTURE(sample.name);
    const auto lines = static_cast<std::uint64_t>(std::count(sample.log.begin(), sample.log.end(), '\n'));
    const auto found = parse(sample.log, sample.name);
    for (const auto& report : found->reports) {
      CHECK(report.first_line >= 1);
      CHECK(report.first_line <= report.line);
      CHECK(report.line <= report.end_line);
      CHECK(report.end_line <= lines);
      for (const auto& trace : report.traces) {
        CHECK(trace.line >= report.line);
        CHECK(trace.line < report.end_line);
        CHECK_FALSE(trace.frames.empty());
        CHECK(trace.kasan == report.kasan);
      }
    }
  }
}

TEST_CASE("the sink gets each depot trace of a report, once, before the report") {
  for (const auto& sample : all_samples()) {
    CAPTURE(sample.name);
    const auto found = parse(sample.log, sample.name);
    for (const auto& report : found->reports)
      for (const auto& trace : report.traces)
        CHECK(std::count_if(found->depot_traces.begin(), found->depot_traces.end(),
                            [&trace](const parser::Trace& other) { return other.line == trace.line; }) ==
              (trace.in_depot ? 1 : 0));
    for (const auto& trace : found->depot_traces) {
      CHECK(trace.in_depot);
      CHECK(trace.role != parser::Role::call);
      CHECK(std::all_of(trace.frames.begin(), trace.frames.end(),
                        [](const parser::FrameRef& ref) { return ref.reliable; }));
    }
  }
}

TEST_CASE("each rule takes its own sample") {
  for (const auto& named : parser::rule_tables()) {
    const auto* table = named.table;
    CAPTURE(named.name);
    for (std::size_t i = 0; i < table->rules().size(); ++i) {
      CAPTURE(table->rules()[i].sample);
      parser::RuleTable::Groups groups;
      const auto found = table->match(table->rules()[i].sample, groups);
      REQUIRE(found.has_value());
      CHECK(*found == i);
    }
  }
}

TEST_CASE("each splat's rule takes its own sample, and is hit by a line of testdata") {
  std::set<const parser::SplatRule*> hit;
  for (const auto& sample : all_samples()) {
    std::istringstream in(sample.log);
    for (std::string raw; std::getline(in, raw);) {
      const auto text = parser::trim_right(parser::trim_left(parser::read_line(raw, 1).text));
      if (const auto found = parser::find_splat(parser::without_tags(text))) hit.insert(found->rule);
    }
  }
  for (const auto* rule : parser::splat_rules()) {
    const auto found = parser::find_splat(rule->rule.sample);
    CAPTURE(rule->rule.sample);
    REQUIRE(found.has_value());
    CHECK(found->rule == rule);
    CHECK_MESSAGE(hit.contains(rule), "no file of testdata has a line such as: " << rule->rule.sample);
  }
}

TEST_CASE("a splat's own words hold nothing that a title must not: only what a line brings is normalised") {
  for (const auto* rule : parser::splat_rules())
    for (const auto words :
         {rule->title, rule->title.substr(0, rule->title.find(" in {F}")), rule->alts[0], rule->alts[1]}) {
      const bool captured = words.find_first_of("123456789") != std::string_view::npos;
      if (!captured) CHECK(parser::normalised(words) == words);
    }
}

TEST_CASE("each rule is hit by a line of testdata") {
  std::map<std::pair<std::string_view, std::size_t>, bool> hit;
  for (const auto& sample : all_samples()) {
    std::istringstream in(sample.log);
    for (std::string raw; std::getline(in, raw);) {
      const auto text = parser::trim_right(parser::trim_left(parser::read_line(raw, 1).text));
      parser::RuleTable::Groups groups;
      for (const auto& [name, table] : parser::rule_tables())
        if (const auto found = table->match(text, groups)) hit[{name, *found}] = true;
    }
  }
  for (const auto& named : parser::rule_tables())
    for (std::size_t i = 0; i < named.table->rules().size(); ++i)
      CHECK_MESSAGE(hit[std::make_pair(named.name, i)], named.name
                                                            << ": no file of testdata has a line such as: "
                                                            << named.table->rules()[i].sample);
}
