// One open report: is fed the lines of its caller and says of each whether it belongs.
// A family derives from it; what families share (traces, CPU line, end) is here.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/prefix.h"
#include "parser/trace_collector.h"

namespace parser {

class ReportBuilder {
 public:
  enum class Answer : std::uint8_t {
    taken,    // the line belongs to the report
    last,     // it belongs, and the report ends with it
    unknown,  // nothing of this family; the report stays open for a few lines more
    foreign,  // it begins something else: the report is over, the line is not its own
  };
  // Why a report is closed, which decides whether it is whole.
  enum class Close : std::uint8_t { complete, superseded, faded, end_of_input, too_many_open };

  // What a report says before it is complete.
  struct Events {
    std::function<void(const Trace&)>
        on_trace;  // each trace as it ends: a report may hold any number of them
    std::function<void(std::string_view release, std::uint64_t line)> on_release;  // from its CPU line
    bool keep_text = false;                                                        // Report::text is wanted
  };

  ReportBuilder(FrameTable& frames, const Events& events) : collector_(frames), events_(events) {}
  virtual ~ReportBuilder() = default;
  ReportBuilder(const ReportBuilder&) = delete;
  ReportBuilder& operator=(const ReportBuilder&) = delete;

  Answer consume(const Line& line);
  // Keeps a line of the report's own for Report::text; consume() does so by itself.
  void keep_text(const Line& line);
  // When its title was printed. `raw`: that line with its prefixes.
  void set_time(const Line& line, std::string_view raw);
  // The report as far as it came, with the reason if it is damaged.
  Report close(Close why);

  std::uint64_t first_line() const { return report_.first_line; }

 protected:
  // A line that is neither frame nor trace section; `body` has no blanks at its ends.
  virtual Answer read(const Line& line, std::string_view body) = 0;
  // Names the damage, or nothing. Called once.
  virtual std::string damage(Close why) const = 0;

  void start_trace(Trace trace);
  void end_trace();
  void read_cpu(const Line& line, std::string_view body);
  bool saw_call_trace() const { return saw_call_trace_; }

  Report report_;
  TraceCollector collector_;

 private:
  Answer take(const Line& line);

  static constexpr int kPatience = 24;  // unknown lines in a row that a report survives

  Events events_;
  bool saw_call_trace_ = false;
  int unknown_run_ = 0;
  bool mixed_ = false;
  std::size_t text_end_ = 0;  // of Report::text, up to its last own line
};

// Whether `body` is a ruler of at least 20 times `mark`.
inline bool is_ruler(std::string_view body, char mark) {
  return body.size() >= 20 && body.find_first_not_of(mark) == std::string_view::npos;
}

// Register rows, code bytes and the like: they stand among the frames of a Call Trace and end nothing.
bool is_register_dump(std::string_view body);

}  // namespace parser
