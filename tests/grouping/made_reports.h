// Reports made by hand: a title and a stack are all that grouping looks at.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "parser/frame_table.h"
#include "parser/grouping/grouping.h"
#include "parser/grouping/subject.h"
#include "parser/model.h"

namespace tests {

struct Made {
  std::string title;
  std::vector<std::string> stack;  // functions, innermost first
  std::vector<std::string> alt_titles = {};
  parser::Family family = parser::Family::kasan;
};

inline parser::Report made_report(const Made& made, parser::FrameTable& frames) {
  parser::Report report;
  report.title = made.title;
  report.alt_titles = made.alt_titles;
  report.family = made.family;
  const auto in = made.title.rfind(" in ");
  if (in != std::string::npos) report.guilty = made.title.substr(in + 4);
  parser::Trace trace;
  for (const auto& function : made.stack)
    trace.frames.push_back({frames.parse(function + "+0x10/0x80")->id, true});
  report.traces.push_back(trace);
  return report;
}

inline parser::Subject made_subject(const Made& made, parser::FrameTable& frames) {
  const auto report = made_report(made, frames);
  parser::Subject subject(report, parser::title_detail(report, frames));
  subject.add(report, parser::function_stack(report, frames));
  return subject;
}

// The labels of each group, groups and labels in order.
inline std::vector<std::vector<std::string>> groups_of(const std::vector<const parser::Subject*>& subjects,
                                                       double threshold = parser::kDefaultThreshold) {
  std::vector<std::vector<std::string>> result;
  for (const auto& group : parser::group_subjects(subjects, {threshold, 0}).groups) {
    result.emplace_back();
    for (const auto i : group.subjects) result.back().push_back(subjects[i]->label());
  }
  return result;
}

inline std::vector<std::vector<std::string>> groups_of(const std::vector<Made>& made,
                                                       double threshold = parser::kDefaultThreshold) {
  parser::FrameTable frames;
  std::vector<parser::Subject> subjects;
  for (const auto& one : made) subjects.push_back(made_subject(one, frames));
  std::vector<const parser::Subject*> pointers;
  for (const auto& subject : subjects) pointers.push_back(&subject);
  return groups_of(pointers, threshold);
}

}  // namespace tests
