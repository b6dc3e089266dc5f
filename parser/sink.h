// Where the parser puts what it finds. Calls come in the order in which things are complete; ids and views in
// the arguments are good as long as the parser lives.
#pragma once
#include <cstdint>
#include <string_view>

#include "parser/model.h"

namespace parser {

class Sink {
 public:
  virtual ~Sink() = default;

  virtual void on_boot(const Boot& boot) = 0;
  // Each stack that the kernel keeps in its depot (Trace::in_depot), inside a report or not, before its
  // report.
  virtual void on_depot_trace(const Trace& trace) = 0;
  // The report is the sink's to take. `text`: its own lines, prefixes taken off, up to ReportText::kMost
  // bytes, if they were asked for; good for the call only.
  virtual void on_report(Report&& report, std::string_view text) = 0;
  virtual void on_stats(const DepotStats& stats) = 0;
  // The depot's hash table has 2^order buckets: "stackdepot hash table entries: 32768 (order: 7, ...)". Comes
  // after on_boot().
  virtual void on_hash_table(std::uint32_t /*order*/) {}
  // A line of a stack list that cannot be read; it is left out.
  virtual void on_bad_line(std::uint64_t line, std::string_view why) = 0;
  // A further kind of content was met in this input.
  virtual void on_kind(InputKind kind) = 0;
};

}  // namespace parser
