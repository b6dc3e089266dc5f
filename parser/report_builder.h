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
#include "parser/openings.h"
#include "parser/prefix.h"
#include "parser/report_text.h"
#include "parser/trace_collector.h"

namespace parser {

class ReportBuilder {
 public:
  enum class Answer : std::uint8_t {
    taken,    // the line belongs to the report
    last,     // it belongs, and the report ends with it
    unknown,  // nothing of this family; the report stays open for a few lines more
    aside,    // a report of one line that came between; this one goes on
    foreign,  // it begins something else: the report is over, the line is not its own
  };
  // Why a report is closed, which decides whether it is whole.
  enum class Close : std::uint8_t { complete, superseded, faded, end_of_input, too_many_open };

  // What a report says before it is complete.
  struct Events {
    std::function<void(const Trace&)>
        on_trace;  // each trace as it ends: a report may hold any number of them
    std::function<void(std::string_view release, std::uint64_t line)> on_release;  // from its CPU line
    ReportTexts* texts = nullptr;  // null: nobody wants the reports' lines
  };

  // Both must outlive it.
  ReportBuilder(FrameTable& frames, const Events& events);
  virtual ~ReportBuilder();
  ReportBuilder(const ReportBuilder&) = delete;
  ReportBuilder& operator=(const ReportBuilder&) = delete;

  // `body`: its text without the blanks in front.
  Answer consume(const Line& line, std::string_view body);
  // The same for a frame of the open stack that was printed before. False, and nothing is done, if the line
  // is none.
  bool consume_expected(const Line& line);
  // The same for the first line of `text`, the input's line `number`, whose end is not known: the size of
  // that line's text, or 0 if it is none.
  std::size_t consume_ahead(std::string_view text, std::uint64_t number) {
    const auto size = collector_.take_ahead(text);
    if (size > 0) own_frame(text.substr(0, size), number);
    return size;
  }
  bool in_stack() const { return collector_.open(); }
  // Cheap: whether consume_expected() is worth a call.
  bool may_expect(const Line& line) const {
    return in_stack() && !line.text.empty() && line.text.front() == ' ';
  }
  // Keeps a line of the report's own for text(); consume() does so by itself.
  void keep_text(std::string_view text) {
    if (text_) text_->add(text);
  }
  // Its lines so far, prefixes taken off; empty if nobody wants them.
  std::string_view text() const { return text_ ? text_->lines() : std::string_view{}; }
  // When its title was printed. `raw`: that line with its prefixes.
  void set_time(const Line& line);
  // The report as far as it came, with the reason if it is damaged. Called once.
  Report& close(Close why);

  // A stack of the report that another CPU printed.
  void adopt(Trace&& trace);
  // Whether other CPUs print stacks on behalf of the report.
  bool asks_other_cpus() const {
    return report_.family == Family::rcu_stall || report_.family == Family::hung_task ||
           report_.family == Family::lockup;
  }
  // False for what is read only to know whose lines these are.
  virtual bool is_told() const { return true; }
  // Complete with its first line.
  virtual bool is_one_line() const { return false; }

  std::uint64_t first_line() const { return report_.first_line; }

  // For the demuxer: what the report has said so far, its open stack, and how near its last line is.
  const Report& so_far() const { return report_; }
  const Trace* open_stack() const { return collector_.current(); }
  virtual int shadow_rows() const { return 0; }
  // Some of the lines from here on may be another report's. `other_began`: the title of one that is none of
  // KASAN's came since its own.
  void doubt(bool other_began) {
    doubted_ = true;
    other_began_ = other_began;
  }

 protected:
  // A line that is neither frame nor trace section; `body` has no blanks at its ends, `openings` are its.
  virtual Answer read(const Line& line, std::string_view body, Openings openings) = 0;
  // Fills title, alt_titles, type and guilty. Called once, when all lines have been seen.
  virtual void name() = 0;
  // Names the damage, or nothing. Called once, after name().
  virtual std::string damage(Close why) const = 0;
  // Lines in a row that are none of the report's before it is taken for over.
  virtual int patience() const { return 150; }

  Trace& start_trace(Role role, const Line& line);
  void end_trace() {
    if (collector_.open()) close_trace();
  }
  void read_cpu(const Line& line, std::string_view body);
  bool saw_call_trace() const { return saw_call_trace_; }
  bool other_began() const { return other_began_; }

  Report report_;
  FrameTable& frames_;
  TraceCollector collector_;

 private:
  Answer take_other(const Line& line, std::string_view body);
  // A frame of the open stack came. If a line of somebody else's came before it, nobody knows whose it is.
  void own_frame(std::string_view text, std::uint64_t number) {
    begun_ = false;
    mixed_ = mixed_ || (unknown_run_ > 0 && collector_.current()->in_depot);
    unknown_run_ = 0;
    report_.end_line = number;
    keep_text(text);
  }
  void close_trace();
  void start_live(const Line& line);
  // The line that announces a stack out of the depot.
  bool take_section(const Line& line, std::string_view body, Openings openings);
  // Lines that announce a live stack, or say where its CPU is.
  bool take_live_stack(const Line& line, std::string_view body);

  const Events& events_;
  std::unique_ptr<ReportText> text_;
  bool saw_call_trace_ = false;
  bool begun_ = false;           // a trace, by the line at hand
  Role next_role_ = Role::call;  // of the next Call Trace:
  std::optional<std::int64_t> next_cpu_;
  int unknown_run_ = 0;
  bool mixed_ = false;
  bool doubted_ = false, other_began_ = false;
};

// Whether `body` is a ruler of at least 20 times `mark`.
inline bool is_ruler(std::string_view body, char mark) {
  return body.size() >= 20 && body.front() == mark && body.find_first_not_of(mark) == std::string_view::npos;
}

// "task:kworker/0:1 state:D stack:0 pid:9 ...": whose stack follows.
bool is_task_line(std::string_view body);

// Register rows, code bytes and the like: they stand among the frames of a Call Trace and end nothing.
bool is_register_dump(std::string_view body, Openings openings);
inline bool is_register_dump(std::string_view body) {
  return is_register_dump(body, openings_of(body));
}

}  // namespace parser
