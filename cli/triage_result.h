// What triage found out, for its renderers: groups of reports over many logs, held against a baseline.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/symbols.h"
#include "parser/frame_table.h"
#include "parser/grouping/grouping.h"
#include "parser/grouping/severity.h"
#include "parser/model.h"

namespace cli {

// One report's place.
struct ReportPlace {
  std::string input;
  std::uint64_t line = 0;
  std::string title;
};

// Which kernels a report came from; empty where no line says it.
struct KernelFacts {
  std::string release, arch;
  bool operator==(const KernelFacts& other) const { return release == other.release && arch == other.arch; }
  bool operator<(const KernelFacts& other) const {
    return release != other.release ? release < other.release : arch < other.arch;
  }
};

enum class GroupStatus : std::uint8_t { fresh, known, expected, suppressed };
std::string_view status_name(GroupStatus status);  // "new", "known", ...

// Reports of one title, or of one title and detail.
struct GroupTitle {
  std::string signature, label, title;
  std::uint64_t count = 0;
  std::set<KernelFacts> kernels;
  bool anonymous = false;  // names no function, so that it stands for any damaged report
  bool listed = false;     // the baseline has it
  bool fresh = true;       // the baseline has neither it nor, in its place, another of the group's titles
};

struct TriageGroup {
  std::string signature;           // of the first title
  std::string title;               // the first title's label
  std::vector<GroupTitle> titles;  // the most severe first, then what comes first in logs
  std::vector<std::string> alt_titles;
  parser::Family family = parser::Family::unrecognised;
  std::string type;
  parser::Severity severity;
  GroupStatus status = GroupStatus::fresh;
  std::vector<std::string> reasons;  // of its status: baseline lines, tests, suppressions
  std::uint64_t count = 0;           // reports
  std::uint64_t logs = 0;
  std::uint64_t first_in = 0;       // logs in which one of its reports is the first of all
  std::vector<ReportPlace> places;  // the first ones in order of the inputs, at most kMaxPlaces
  ReportPlace last;
  std::set<KernelFacts> kernels;
  parser::Report example;  // the first that is whole, with its text; its frames are of TriageResult::frames
  ReportPlace example_place;
  std::string example_kernel;             // its build-id where the log has it, else its release; may be empty
  std::vector<parser::Comparison> links;  // why its titles are of one group; subjects index `titles`

  static constexpr std::size_t kMaxPlaces = 20;
};

// A pair of titles near the threshold.
struct NearPair {
  std::string a, b;  // labels
  double similarity = 0;
  std::vector<parser::DecidingFunction> deciding;
  bool one_group = false;
};

// A line of the baseline or of the suppressions.
struct ListedEntry {
  std::string file;
  std::uint64_t line = 0;
  std::string signature, title, expires, link;
};

struct SuppressionUse {
  std::string file;
  std::uint64_t line = 0;
  std::string pattern, reason;
  std::uint64_t count = 0;  // reports
};

struct TriageResult {
  std::vector<TriageGroup> groups;  // new ones first, then by severity and logs
  std::uint64_t logs = 0, bytes = 0, lines = 0, reports = 0;
  std::uint64_t logs_with_reports = 0;
  bool filtered = false;                    // --family, --title or --since was given
  std::uint64_t left_out = 0, untimed = 0;  // reports: by them, and let through for want of a time
  std::set<std::string> left_out_signatures;
  double threshold = parser::kDefaultThreshold;
  std::vector<NearPair> over, under;
  bool has_baseline = false;
  std::string baseline_file;
  std::vector<ListedEntry> unmatched, expired;
  std::vector<SuppressionUse> suppressions;
  std::string failed_on;  // what the exit status 1 is for; empty: nothing
  parser::FrameTable frames;
  Places places;  // of the examples' frames in the source; empty unless asked for

  [[nodiscard]] std::uint64_t count(GroupStatus status) const;
};

// Where in the source a group's example points to: the function to blame, else what the kernel itself names.
struct SourcePlace {
  std::string file;
  std::uint32_t line = 0;
};
std::optional<SourcePlace> source_place(const TriageResult& result, const TriageGroup& group);

}  // namespace cli
