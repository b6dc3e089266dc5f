// The same reports in every shape that kernel text takes on its way: what a line says, a report's records,
// and its text under a prefix.
#pragma once
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "parser/prefix.h"
#include "tests/parser/found.h"

namespace parser_tests {

inline std::string said(const parser::Line& line) {
  std::string text = "time " + (line.time.micros() ? std::to_string(*line.time.micros()) : "-");
  text += " level " + (line.level ? std::to_string(*line.level) : "-");
  text += " caller " + (line.caller.known() ? line.caller.kind + std::to_string(line.caller.id) : "-");
  text += line.userspace ? " user" : line.prefixed ? " kernel" : " bare";
  return text + " |" + std::string(line.text) + "|";
}

// The lines of a report as the kernel said them, without any prefix; two lines of one printk are joined.
inline std::vector<std::string> records(const std::string& name) {
  const auto sample = read_sample(std::string(DEPOT_SOURCE_DIR) + "/testdata/reports/" + name, name);
  std::vector<std::string> result;
  std::istringstream in(sample.log);
  for (std::string raw; std::getline(in, raw);) {
    std::string text(parser::read_line(raw, 1).text);
    const bool second = text.starts_with(" which belongs to the cache") || text.find("-byte region [") < 20;
    if (second)
      result.back() += '\n' + text;
    else
      result.push_back(text);
  }
  return result;
}

// `prefix` on each line, as consoles have it.
inline std::string on_each_line(const std::vector<std::string>& said_lines, const std::string& prefix) {
  std::string text;
  for (const auto& record : said_lines) {
    std::istringstream in(record);
    std::string line;
    if (record.empty()) text += prefix + '\n';
    while (std::getline(in, line)) text.append(prefix).append(line).append("\n");
  }
  return text;
}

// `prefix` on the first line of a record, the others indented by its width, as dmesg has it.
inline std::string on_each_record(const std::vector<std::string>& said_lines, const std::string& prefix) {
  std::string text;
  for (const auto& record : said_lines) {
    const auto end = record.find('\n');
    text += prefix + record.substr(0, end) + '\n';
    if (end != std::string::npos) text += std::string(prefix.size(), ' ') + record.substr(end + 1) + '\n';
  }
  return text;
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// All that a report says but the line numbers and how its lines were told from others'.
inline std::string report_of(const std::string& log) {
  const auto found = parse(log);
  REQUIRE(found->reports.size() == 1);
  auto report = found->reports[0];
  report.demux = parser::Demux::none;
  auto text = whole_report(*found, report, Lines::none) + "saves " + std::to_string(found->saves());
  return text;
}

inline constexpr const char* kReports[] = {"kasan/v6.12-uaf-own-cache.txt",
                                           "kasan/v6.12-stack-frame-objects.txt", "kasan/v6.1-uaf.txt",
                                           "slub/v6.12-own-warning.txt", "slub/v6.1-right-redzone.txt"};

}  // namespace parser_tests
