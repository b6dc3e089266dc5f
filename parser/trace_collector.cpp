#include "parser/trace_collector.h"

#include "parser/scan.h"

namespace parser {
namespace {

// " <TASK>", " </IRQ>": marks between the stacks of one Call Trace
bool is_stack_mark(std::string_view text) {
  return text.size() >= 3 && text.size() <= 32 && text.front() == '<' && text.back() == '>' && text[1] != '[';
}

// "foo (mm/slub.c:123)". A first word with a colon behind it is the name of a register or fact.
bool may_be_symbolized(std::string_view body) {
  const auto blank = body.find(' ');
  if (blank == std::string_view::npos || blank == 0 || body[blank - 1] == ':') return false;
  for (auto at = body.find('(', blank); at != std::string_view::npos; at = body.find('(', at + 1))
    if (body[at - 1] == ' ') return true;
  return false;
}

}  // namespace

Trace& TraceCollector::start(Role role, std::uint64_t line) {
  constexpr std::size_t kMostHave = 24;  // frames: to grow to as many step by step would take as many rooms
  auto& trace = trace_.emplace();
  trace.role = role;
  trace.line = line;
  trace.frames.reserve(kMostHave);
  place_ = FrameTable::Place(static_cast<std::uint64_t>(role));
  return trace;
}

bool TraceCollector::take_line(std::string_view text) {
  // rsyslog writes a tab as #011
  const bool escaped = text.starts_with("#011");
  const bool tab = escaped || text.starts_with('\t');
  if (escaped) text.remove_prefix(4);
  const auto body = trim_left(text);
  if (body.empty()) return false;
  if (is_stack_mark(body)) return !open_stored();
  // Stacks are indented, but for architectures that put the address first and for decode_stacktrace.sh's
  // "foo (mm/slub.c:123)"; any other line at the margin is another section.
  if (body.size() == text.size() && !tab && body.front() != '[' && body.front() != '(' &&
      !may_be_symbolized(body))
    return false;
  if (is_inlined(body)) return true;  // the record has no entry for it
  if (!may_be_frame(body)) return false;
  if (trace_->frames.size() >= Trace::kMaxFrames) {
    if (tab || !take_expected(text)) ++trace_->frames_cut;
    return true;
  }
  const auto frame = frames_.parse(body, place_);
  return frame && add(*frame, tab);
}

void TraceCollector::take_pc(std::string_view text) {
  const auto frame = trace_ ? frames_.parse(text, place_) : std::nullopt;
  if (!frame) return;
  // Old kernels name it twice: "IP: [<...>] f+0x1/0x2" and "RIP: 0010:[<...>] f+0x1/0x2".
  auto& frames = trace_->frames;
  if (!frames.empty() && frames.back().pc &&
      frames_[frames.back().frame].identity == frames_[frame->id].identity)
    return;
  if (frames.size() < Trace::kMaxFrames) frames.push_back({frame->id, true, true});
}

std::optional<Trace> TraceCollector::finish() {
  std::optional<Trace> trace;
  if (trace_ && !trace_->frames.empty()) trace.swap(trace_);
  trace_.reset();
  return trace;
}

}  // namespace parser
