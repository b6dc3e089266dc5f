// Any lines through the reader of dumps and stack lists. Laws: what a line announces comes out after it and
// before the next input; depot traces have frames, of the table; a second reader says
// the same.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/dump_reader.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

class Judge final : public parser::Sink {
 public:
  explicit Judge(const parser::FrameTable& frames) : frames_(frames) {}

  void on_boot(const parser::Boot& boot) override { said += "boot " + boot.release + "\n"; }
  void on_depot_trace(const parser::Trace& trace) override {
    if (!trace.in_depot || trace.frames.empty()) broken("a depot trace is one");
    if (trace.frames.size() > parser::Trace::kMaxFrames) broken("a trace has at most kMaxFrames");
    if (trace.line == 0 || trace.line > line) broken("a trace comes after its line");
    said += std::string(parser::role_name(trace.role)) + " " + std::to_string(trace.count);
    for (const auto& ref : trace.frames) {
      if (ref.frame >= frames_.size()) broken("a frame is one of the table's");
      said += " " + std::to_string(ref.frame);
    }
    said += "\n";
  }
  void on_report(parser::Report&&, std::string_view) override { broken("dumps hold no report"); }
  void on_stats(const parser::DepotStats& stats) override {
    if (stats.counters.empty()) broken("counters are there");
    said += "stats " + std::to_string(stats.counters.size()) + "\n";
  }
  void on_bad_line(std::uint64_t at, std::string_view) override {
    if (at != line) broken("a bad line is the one at hand");
    said += "bad\n";
  }
  void on_kind(parser::InputKind kind) override {
    said += "kind " + std::string(parser::input_kind_name(kind)) + "\n";
  }

  std::uint64_t line = 0;
  std::string said;

 private:
  const parser::FrameTable& frames_;
};

std::string read(std::string_view text, bool idle) {
  parser::FrameTable frames;
  Judge judge(frames);
  parser::DumpReader reader(frames, judge, [] {});
  reader.begin_input(parser::Role::slub_alloc);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++judge.line;
    reader.take(line, judge.line, idle);
  }
  reader.finish();
  const auto at_end = judge.said;
  reader.finish();
  if (judge.said != at_end) broken("what is finished is finished");
  return judge.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (read(text, true) != read(text, true)) broken("reading again gives the same");
  read(text, false);
  return 0;
}
