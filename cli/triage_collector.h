// What one worker of triage keeps of the reports that it reads: per title, not per report. Collectors of
// several workers are merged into one; the outcome does not depend on who read what.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/input.h"
#include "cli/report_filter.h"
#include "cli/suppressions.h"
#include "cli/triage_result.h"
#include "parser/grouping/subject.h"
#include "parser/log_parser.h"
#include "parser/sink.h"

namespace cli {

// A log's place among all inputs: the argument or file, and the member of an archive.
struct LogId {
  std::uint32_t item = 0, member = 0;
  bool operator==(const LogId& other) const { return item == other.item && member == other.member; }
  bool operator<(const LogId& other) const {
    return item != other.item ? item < other.item : member < other.member;
  }
};

// Groups hold reports of one sort only: what was provoked or suppressed is never mixed with findings.
enum class ReportSort : std::uint8_t { finding, expected, suppressed };

struct PlaceOfReport {
  LogId log;
  std::shared_ptr<const std::string> input;  // the log's name, once for all of its reports
  std::uint64_t line = 0;
  bool operator<(const PlaceOfReport& other) const {
    return log == other.log ? line < other.line : log < other.log;
  }
};

struct CollectedSubject {
  CollectedSubject(parser::Subject made, const parser::FrameTable* table)
      : subject(std::move(made)), frames(table) {}
  void merge(CollectedSubject&& other);
  void add_kernel(const KernelFacts& kernel);
  void add_place(const PlaceOfReport& at);

  parser::Subject subject;
  std::string type;
  parser::Severity severity;
  std::uint64_t count = 0;
  std::uint64_t first_in = 0;
  std::vector<LogId> logs;            // each that has such a report, as they were read; 8 bytes
  std::vector<PlaceOfReport> places;  // the first ones, sorted
  PlaceOfReport last;
  std::set<KernelFacts> kernels;
  const KernelFacts* latest_kernel = nullptr;  // of these
  std::set<std::string> reasons;
  parser::Report example;
  PlaceOfReport example_place;
  const parser::FrameTable* frames;  // of the example
};

class TriageCollector final : private parser::Sink {
 public:
  struct Facts {
    std::uint64_t logs = 0, logs_with_reports = 0, bytes = 0, lines = 0, reports = 0;
    std::uint64_t left_out = 0;                   // reports of titles beyond the number that is kept
    std::uint64_t filtered_out = 0, untimed = 0;  // by the filter, and what it let through for want of a time
  };
  using Subjects = std::map<std::pair<ReportSort, std::string>, CollectedSubject>;

  // `suppressions` outlives the collector; `kernel` speaks where the logs do not.
  // A filter, if there is one, outlives it too: reports that it does not take are counted and nothing else.
  TriageCollector(const Suppressions& suppressions, KernelFacts kernel, const ReportFilter* filter = nullptr);

  void begin(LogId log, const std::string& name);
  void feed(std::string_view chunk) { parser_.feed(chunk); }
  // Ends the log; false if it is empty or no text, and then it does not count.
  bool end();
  [[nodiscard]] const parser::TextFacts& text_facts() const { return parser_.text_facts(); }

  // Takes the subjects of `other`, which must live on: stacks and examples point to its frames.
  void merge(TriageCollector& other);

  [[nodiscard]] const Facts& facts() const { return facts_; }
  [[nodiscard]] Subjects& subjects() { return subjects_; }
  // Labels of reports that the filter did not take; that many are kept as there may be subjects.
  [[nodiscard]] const std::set<std::string>& filtered_out() const { return filtered_out_; }
  [[nodiscard]] const std::vector<std::uint64_t>& suppressed() const { return suppressed_; }

 private:
  void on_boot(const parser::Boot& boot) override;
  void on_depot_trace(const parser::Trace&) override {}
  void on_report(parser::Report&& report, std::string_view text) override;
  void on_stats(const parser::DepotStats&) override { recognised_ = true; }
  void on_bad_line(std::uint64_t, std::string_view) override {}
  void on_kind(parser::InputKind) override { recognised_ = true; }

  // The subject of a report, which has seen it; null if there are too many.
  CollectedSubject* subject_of(const parser::Report& report, ReportSort sort, const std::string& reason);
  CollectedSubject* make_subject(const parser::Report& report, ReportSort sort, const std::string& reason);

  const Suppressions& suppressions_;
  KernelFacts given_;
  const ReportFilter* filter_;
  parser::LogParser parser_;
  Subjects subjects_;
  std::set<std::string> filtered_out_;
  // The subjects by all that they see of a report. Whatever broke breaks again and again: what comes the same
  // again costs a look-up.
  std::unordered_map<std::string, CollectedSubject*> seen_;
  std::size_t seen_bytes_ = 0;
  std::string seen_key_;  // its memory is used again
  Facts facts_;
  std::vector<std::uint64_t> suppressed_;  // reports, by suppression
  // Of the current log.
  std::string name_;
  PlaceOfReport place_;  // of its last report; its name there is made with the first one
  KernelFacts kernel_;
  bool recognised_ = false;
  std::uint64_t reports_ = 0;
  CollectedSubject* first_ = nullptr;  // of the log's first finding
  std::uint64_t first_line_ = 0;
};

}  // namespace cli
