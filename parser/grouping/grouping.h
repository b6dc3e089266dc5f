// Which subjects are of one bug. Two are linked by an alternative title that both have, or, within a family,
// by stacks that are alike; a group holds only subjects of which each is linked with each, so that no chain
// of half-fitting titles glues different bugs together. The result depends on the set of subjects only, not
// on their order or on how they were collected.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "parser/grouping/subject.h"

namespace parser {

// Stacks at least so alike are of one bug, unless titles say so anyway. See tests/grouping for how it was
// chosen.
inline constexpr double kDefaultThreshold = 0.80;

struct DecidingFunction {
  std::string name;
  double share = 0;      // of the similarity
  std::size_t seen = 0;  // in how many subjects
};

// What was found out about two subjects.
struct Comparison {
  std::size_t a = 0, b = 0;                // indices of the subjects, a < b by label
  std::string shared_title;                // that links them; empty: their stacks decide
  double similarity = 0;                   // of their most alike stacks
  std::vector<DecidingFunction> deciding;  // heaviest first
};

struct SubjectGroup {
  std::vector<std::size_t> subjects;  // by label
  std::vector<Comparison> links;      // why each subject but the first is here, strongest first
};

struct GroupingOptions {
  double threshold = kDefaultThreshold;
  std::size_t explain = 0;  // list so many pairs at most, on each side of the threshold
};

struct Grouping {
  std::vector<SubjectGroup> groups;  // by the label of the first subject
  std::vector<Comparison> over;      // linked by their stacks, the least alike first
  std::vector<Comparison> under;     // not linked, the most alike first
};

// The labels of the subjects must differ.
Grouping group_subjects(const std::vector<const Subject*>& subjects, const GroupingOptions& options);

}  // namespace parser
