// When triage exits with 1: what the user asked to fail on, read once and then asked of the result.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/triage_result.h"

namespace cli {

struct FailOn {
  bool fresh = false;                    // a new group
  bool any = false;                      // a new or known one
  std::optional<int> severity;           // a new one at least so severe
  std::vector<parser::Family> families;  // a new one of these

  // Why the run fails, "2 new groups", or empty.
  [[nodiscard]] std::string failure(const TriageResult& result) const;
};

// "new", "any", "never", "severity>=N", "family=NAME", joined by commas; any of them suffices. An error's
// text if it is none of them.
std::variant<FailOn, std::string> read_fail_on(const std::string& text);

}  // namespace cli
