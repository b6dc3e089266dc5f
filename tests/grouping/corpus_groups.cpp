// How well grouping does on crash logs with known answers: corpus_groups DIR [--threshold N] [--given] [-v].
// A file is header lines ("TITLE: ", "ALT: "), a blank line, a raw log, and perhaps "REPORT:" with an
// extract. Two logs are of one bug if they have the same TITLE or share an ALT; two are said to be if their
// first reports are in one group. --given takes the titles of the header in place of the parser's, to see
// grouping alone.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parser/frame_table.h"
#include "parser/grouping/grouping.h"
#include "parser/grouping/subject.h"
#include "parser/log_parser.h"
#include "parser/sink.h"

namespace {

struct Case {
  std::string file, title;
  std::set<std::string> names;  // TITLE and ALTs
  std::optional<parser::Report> report;
  std::string label;  // of the report's subject
  std::size_t group = 0;
};

// The report that begins first.
class FirstReport final : public parser::Sink {
 public:
  void on_boot(const parser::Boot&) override {}
  void on_depot_trace(const parser::Trace&) override {}
  void on_report(parser::Report&& report, std::string_view /*text*/) override {
    if (!first || report.first_line < first->first_line) first = std::move(report);
  }
  void on_stats(const parser::DepotStats&) override {}
  void on_bad_line(std::uint64_t, std::string_view) override {}
  void on_kind(parser::InputKind) override {}
  std::optional<parser::Report> first;
};

Case read_case(const std::filesystem::path& path, std::string& log) {
  std::ifstream in(path, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  Case found;
  found.file = path.filename().string();
  std::string_view text = all;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) break;
    if (line.starts_with("TITLE: ")) found.names.insert(found.title = line.substr(7));
    if (line.starts_with("ALT: ")) found.names.insert(std::string(line.substr(5)));
  }
  log = text.substr(0, text.find("\nREPORT:\n"));
  return found;
}

bool shares(const Case& a, const Case& b) {
  return std::any_of(a.names.begin(), a.names.end(),
                     [&](const std::string& name) { return b.names.count(name) > 0; });
}

bool damaged(const std::string& title) {
  return title.ends_with(" in corrupted");
}

// Nothing but damage ties the two.
bool by_damage_only(const Case& a, const Case& b) {
  return std::none_of(a.names.begin(), a.names.end(),
                      [&](const std::string& name) { return !damaged(name) && b.names.count(name) > 0; });
}

struct Pairs {
  std::size_t both = 0, only_said = 0, only_true = 0;
  void add(bool said, bool is_true) {
    both += said && is_true;
    only_said += said && !is_true;
    only_true += !said && is_true;
  }
  void print(const char* name) const {
    const auto share = [](std::size_t part, std::size_t rest) {
      return part + rest == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(part + rest);
    };
    std::printf("  %-38s precision %.4f  recall %.4f   (%zu right, %zu wrong, %zu missed)\n", name,
                share(both, only_said), share(both, only_true), both, only_said, only_true);
  }
};

}  // namespace

int main(int argc, char** argv) {
  double threshold = parser::kDefaultThreshold;
  bool given = false;
  bool verbose = false;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--threshold" && i + 1 < argc)
      threshold = std::atof(argv[++i]);
    else if (word == "--given")
      given = true;
    else if (word == "-v")
      verbose = true;
    else
      folder = word;
  }
  if (!std::filesystem::is_directory(folder)) {
    std::fprintf(stderr, "corpus_groups DIR [--threshold N] [--given] [-v]\n");
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());

  FirstReport sink;
  parser::LogParser parser(sink);
  std::vector<Case> cases;
  std::map<std::string, parser::Subject> subjects;
  std::size_t without = 0;
  for (const auto& file : files) {
    std::string log;
    auto one = read_case(file, log);
    if (one.title.empty()) continue;
    sink.first.reset();
    parser.begin_input("log");
    parser.feed(log);
    parser.finish_input();
    one.report = std::move(sink.first);
    if (given) {
      if (!one.report) one.report.emplace().family = parser::Family::unrecognised;
      one.report->title = one.title;
      one.report->alt_titles.assign(one.names.begin(), one.names.end());
    }
    if (one.report && one.report->title.empty()) one.report.reset();
    if (!one.report) {
      ++without;
      one.label = "(none) " + one.file;
    } else {
      const auto& frames = parser.frames();
      parser::Subject made(*one.report, parser::title_detail(*one.report, frames));
      one.label = made.label();
      const auto subject = subjects.try_emplace(one.label, made).first;
      subject->second.add(*one.report, parser::function_stack(*one.report, frames));
    }
    cases.push_back(std::move(one));
  }

  std::vector<const parser::Subject*> pointers;
  for (const auto& [label, subject] : subjects) pointers.push_back(&subject);
  const auto grouping = parser::group_subjects(pointers, {threshold, 10});
  std::map<std::string, std::size_t> group_of;
  for (std::size_t g = 0; g < grouping.groups.size(); ++g)
    for (const auto i : grouping.groups[g].subjects) group_of[pointers[i]->label()] = g;
  for (std::size_t i = 0; i < cases.size(); ++i)
    cases[i].group = cases[i].report ? group_of.at(cases[i].label) : grouping.groups.size() + i;

  Pairs groups, titles, whole_groups, whole_titles;
  std::size_t different = 0, met = 0, met_by_title = 0;
  for (std::size_t i = 0; i < cases.size(); ++i)
    for (std::size_t j = i + 1; j < cases.size(); ++j) {
      const auto& a = cases[i];
      const auto& b = cases[j];
      const bool is_true = shares(a, b);
      const bool said = a.group == b.group;
      const bool same_title = a.report && b.report && a.report->title == b.report->title;
      groups.add(said, is_true);
      titles.add(same_title, is_true);
      if (!is_true || !by_damage_only(a, b)) {
        whole_groups.add(said && !(damaged(a.title) && damaged(b.title)), is_true);
        whole_titles.add(same_title && !(damaged(a.title) && damaged(b.title)), is_true);
      }
      if (is_true && a.title != b.title) {
        ++different;
        met += said;
        met_by_title += same_title;
      }
      if (verbose && said != is_true)
        std::printf("%s %s \"%s\" (%s)\n       %s \"%s\" (%s)\n", said ? "wrong " : "missed", a.file.c_str(),
                    a.title.c_str(), a.report ? a.report->title.c_str() : "no report", b.file.c_str(),
                    b.title.c_str(), b.report ? b.report->title.c_str() : "no report");
    }
  if (verbose) {
    const auto print = [&](const char* what, const std::vector<parser::Comparison>& pairs) {
      for (const auto& pair : pairs) {
        std::printf("%s %.3f %s | %s:", what, pair.similarity, pointers[pair.a]->label().c_str(),
                    pointers[pair.b]->label().c_str());
        for (const auto& function : pair.deciding)
          std::printf(" %s %.2f", function.name.c_str(), function.share);
        std::printf("\n");
      }
    };
    print("over ", grouping.over);
    print("under", grouping.under);
  }
  std::printf("grouping: %zu logs, %zu of them without a report, %zu titles, %zu groups, threshold %.2f\n",
              cases.size(), without, subjects.size(), grouping.groups.size(), threshold);
  groups.print("groups");
  titles.print("titles alone");
  whole_groups.print("groups, damaged pairs left out");
  whole_titles.print("titles alone, damaged pairs left out");
  std::printf("  pairs of one bug with different titles: %zu, %zu of them in one group, %zu by title alone\n",
              different, met, met_by_title);
  return 0;
}
