// Which reports the user wants to see: by family, title and time. What the kernel keeps in its depot is
// measured whole all the same.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parser/model.h"

namespace CLI {
class App;
}
namespace re2 {
class RE2;
}

namespace cli {

struct ReportFilterOptions {
  std::vector<std::string> families;
  std::string title, since;
};

void setup_report_filter(CLI::App& app, ReportFilterOptions& options);

class ReportFilter {
 public:
  ReportFilter();
  ~ReportFilter();

  // As typed; empty ones let everything pass. Returns what is wrong, in words for the user.
  std::optional<std::string> set(const ReportFilterOptions& options);

  [[nodiscard]] bool any() const { return !families_.empty() || title_ || kernel_time_us_ || wall_time_; }
  // A report whose time cannot be compared passes --since.
  [[nodiscard]] bool takes(const parser::Report& report) const;
  // It passed --since for want of a time of the kind that was asked for.
  [[nodiscard]] bool lacks_time(const parser::Report& report) const;

 private:
  [[nodiscard]] bool title_matches(const parser::Report& report) const;

  std::vector<parser::Family> families_;
  std::unique_ptr<re2::RE2> title_;
  std::optional<std::int64_t> kernel_time_us_;
  std::optional<parser::WallTime> wall_time_;
};

}  // namespace cli
