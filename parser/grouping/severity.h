// How bad a report is: one ordered list, memory corruption highest, hang lowest.
#pragma once
#include <string_view>

#include "parser/model.h"

namespace parser {

struct Severity {
  int level = 1;          // kLowestSeverity .. kHighestSeverity
  std::string_view name;  // "memory corruption"
  std::string_view why;   // why it stands where it stands
};
inline constexpr int kLowestSeverity = 1;
inline constexpr int kHighestSeverity = 10;

// By Report::type where the family has several kinds, else by the family.
Severity severity_of(Family family, std::string_view type);

}  // namespace parser
