// Kernel text in, reports and depot traces out. Push interface: feed() takes any chunks of one input,
// finish() ends it. Memory is bounded by open reports and by the number of different frames, not by the
// input's length.
//
//   LogParser parser(sink);
//   parser.begin_input("dmesg.txt");
//   while (read(chunk)) parser.feed(chunk);
//   parser.finish_input();
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "parser/containers.h"
#include "parser/demux.h"
#include "parser/dump_reader.h"
#include "parser/frame_table.h"
#include "parser/line_splitter.h"
#include "parser/prefix.h"
#include "parser/provoked.h"
#include "parser/report_builder.h"
#include "parser/sink.h"
#include "parser/slub.h"
#include "parser/trace_collector.h"

namespace parser {

struct ParserOptions {
  bool keep_text = false;  // the sink wants the lines of reports
};

class LogParser {
 public:
  explicit LogParser(Sink& sink, ParserOptions options = {});
  ~LogParser();
  LogParser(const LogParser&) = delete;
  LogParser& operator=(const LogParser&) = delete;

  // The name is a hint only: "free_traces" in it tells what alloc_traces' twin is.
  void begin_input(std::string_view name);
  void feed(std::string_view chunk);
  void finish_input();

  FrameTable& frames() { return frames_; }
  const FrameTable& frames() const { return frames_; }
  // Of the current input.
  const TextFacts& text_facts() const { return splitter_.facts(); }

 private:
  // What one caller (a task, or a CPU in interrupt context) has open.
  struct Context {
    explicit Context(FrameTable& frames) : stray(frames) {}
    std::unique_ptr<ReportBuilder> report;
    TraceCollector stray;  // a depot trace outside any report
    SlubLead lead;
    std::uint64_t cut_here = 0;             // the line of "cut here" until a title follows it
    int cut_lines = 0;                      // ... lines of its message since
    std::optional<std::uint64_t> asked_by;  // the caller whose report wants this CPU's stack
    std::optional<std::int64_t> asked_cpu;
    Caller caller;
    bool inferred = false;  // the report's lines were told from another's by what they say
    std::uint64_t first_line() const {
      if (report) return report->first_line();
      if (stray.open()) return stray.current()->line;
      return std::max(lead.first_line, cut_here);
    }
    bool idle() const {
      return !report && !stray.open() && lead.first_line == 0 && cut_here == 0 && !asked_by;
    }
  };

  // Nearly all lines are the kernel's own, and none is held.
  void on_line(const Line& line) {
    in_stack_ = false;
    if (line.prefixed && !line.userspace && !demuxer_.holding())
      take_line(line);
    else
      take_first(line);
  }
  // Those that may be nobody's, or the demuxer's.
  void take_first(const Line& line);
  void take_line(const Line& line);
  // The frames that are expected next, lines whose ends are not known; `number`: of the last line.
  LineSplitter::Ahead take_ahead(std::string_view rest, std::uint64_t number);
  void take_prefixed(const Line& line);
  void enter_log();
  void take_glued(const Line& line, int most);  // lines, behind this one
  void take_bare(const Line& line);
  void on_text(const Line& line);
  void on_kernel_text(const Line& line);
  Context* find_context(std::uint64_t key) {
    return latest_ != nullptr && latest_key_ == key ? latest_ : find_other_context(key);
  }
  Context* find_other_context(std::uint64_t key);
  Context& open_context(const Caller& caller);
  void drop_if_idle(const Context& context);
  // Reports without caller ids that are printed at once, see demux.h: log_parser_demux.cpp.
  bool may_be_anothers(const Context& context, const Line& line, std::string_view body,
                       ReportBuilder::Answer answer) const;
  void release_held();
  void take_divided(const Line& line, int owner, bool doubtful);
  void keep_newest_inferred();
  void read_outside(const Line& line, std::string_view body, Context& context);
  void close_report(Context& context, ReportBuilder::Close why);
  void close_report(std::unique_ptr<ReportBuilder> builder, const Context& context, ReportBuilder::Close why);
  void close_stray(Context& context);
  void close_all(ReportBuilder::Close why);
  std::unique_ptr<ReportBuilder> open_report(const Line& line, std::string_view body, Context& context);
  // A report without a known title: what follows "cut here", or a dump_stack() that nobody announced. The
  // line is its first content.
  std::unique_ptr<ReportBuilder> open_untitled(const Line& line, std::string_view body, Context& context);
  bool read_other_cpu(const Line& line, std::string_view body, Context& context);
  void publish(const Trace& trace);
  void learn_release(std::string_view release, std::uint64_t line);

  Sink& sink_;
  FrameTable frames_;
  ReportTexts texts_;
  const ReportBuilder::Events events_;
  LineSplitter splitter_;
  ContainerReader containers_;
  DumpReader dumps_;
  ProvokedSections provoked_;
  Demuxer demuxer_{frames_};
  bool replaying_ = false;  // what the demuxer held
  SlubLead stranded_;       // SLUB's detail, with another family's title below it
  using Contexts = std::unordered_map<std::uint64_t, Context>;
  Contexts contexts_;             // by Caller::key(); only those with something open
  Contexts::node_type spare_;     // one that is idle
  Context* latest_ = nullptr;     // the one asked for last, while it is in contexts_
  std::uint64_t latest_key_ = 0;  // ... its key
  std::uint64_t last_key_ = 0;    // whose line came last, for lines without a prefix
  bool any_prefix_ = false;       // of this input
  bool in_log_ = false;           // the last line had a prefix
  bool bare_report_ = false;      // a title without a prefix came, and no line with one since
  bool in_stack_ = false;         // the last line belongs to the stack that the latest report has open
  KasanMode kasan_ = KasanMode::unknown;
  std::string release_;            // of the kernel that speaks
  std::uint64_t last_report_ = 0;  // the last line of one in this boot; 0: none
  std::uint64_t other_title_ = 0;  // the line of the last title that is not KASAN's; 0: none
  std::uint64_t dump_stack_ =
      0;  // the last CPU line outside any report, which a bare dump_stack() begins with
  std::uint64_t dump_stack_by_ = 0;  // ... its caller
  std::string dump_stack_text_;      // ... and what it says
  std::uint64_t asked_for_ =
      0;  // the last line that announces a stack which is no bug's: NMI, sysrq, fault injection
  bool banner_in_input_ = false;  // "Linux version" was seen; reports' CPU lines then say nothing new
};

}  // namespace parser
