// From what was collected to the result: groups, their order, their examples.
#pragma once
#include "cli/triage_collector.h"
#include "cli/triage_result.h"

namespace cli {

struct TriageGroupsOptions {
  double threshold = parser::kDefaultThreshold;
  bool explain = false;
};

// Moves the examples out of the collector; afterwards the result refers to nothing but itself.
TriageResult make_groups(TriageCollector& collected, const Suppressions& suppressions,
                         const TriageGroupsOptions& options);

// New ones first, then by severity, logs, reports and title.
void sort_groups(TriageResult& result);

}  // namespace cli
