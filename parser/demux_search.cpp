#include "parser/demux_search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/functions.h"
#include "parser/kasan.h"
#include "parser/report_builder.h"
#include "parser/scan.h"

namespace parser {
namespace {

using Kind = DemuxLine::Kind;
using Stack = OpenStack;

bool is_anothers(int owner, int than) {
  return owner >= 0 && owner != than;
}

// Lines that came while two reports or more had begun and were not over, right behind another one, and how
// many of them were another's than that one's.
struct Turns {
  int lines = 0, changes = 0;
  bool are(double part) const { return lines >= kFewestTurns && changes >= part * lines; }
};
Turns turns_of(const std::vector<int>& owners) {
  std::array<std::size_t, Demuxer::kMaxReports> first{}, last{};
  std::fill(first.begin() + 1, first.end(), owners.size());
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] < 0) continue;
    const auto owner = static_cast<std::size_t>(owners[i]);
    first[owner] = std::min(first[owner], i);
    last[owner] = i;
  }
  Turns turns;
  for (std::size_t i = 1; i < owners.size(); ++i) {
    if (owners[i] < 0 || owners[i - 1] < 0) continue;
    int open = 0;
    for (std::size_t owner = 0; owner < first.size(); ++owner)
      open += first[owner] < i && i <= last[owner] ? 1 : 0;
    if (open < 2) continue;
    ++turns.lines;
    turns.changes += owners[i] != owners[i - 1] ? 1 : 0;
  }
  return turns;
}

}  // namespace

DemuxSearch::DemuxSearch(DemuxFrames& frames, const ReportBuilder& open,
                         const std::deque<std::vector<FrameRef>>& known)
    : frames_(frames) {
  DemuxStrand strand;
  const auto& report = open.so_far();
  strand.titled = true;
  strand.order = order_of(report.family);
  strand.rows = open.shadow_rows();
  if (report.access) {
    strand.pid = report.access->pid.value_or(-1);
    strand.address = report.access->address.value_or(0);
  } else if (report.object && report.object->address) {
    strand.address = *report.object->address;
  }
  const auto nameable = [&frames](const Trace& trace) {
    return static_cast<int>(std::count_if(
        trace.frames.begin(), trace.frames.end(),
        [&frames](const FrameRef& ref) { return ref.reliable && !frames.table().is_helper(ref.frame); }));
  };
  strand.access_seen = report.access && report.access->pid;
  for (const auto& trace : report.traces)
    if (trace.role == Role::call) strand.live_frames += nameable(trace);
  if (open.open_stack() != nullptr && open.open_stack()->role == Role::call)
    strand.live_frames += nameable(*open.open_stack());
  strand.freeing = is_free_kind(report.kind);
  if (report.pid) strand.pid = *report.pid;
  if (report.object) strand.cache = hash_of(report.object->cache);
  strand.untracked = is_untracked(report.kind);
  auto symbol = std::string_view(report.location);
  symbol = symbol.substr(0, symbol.find("+0x"));
  if (!symbol.empty()) strand.symbol = hash_of(without_compiler_suffix(symbol));
  strand.live_seen = std::any_of(report.traces.begin(), report.traces.end(),
                                 [](const Trace& trace) { return is_live(trace.role); });

  const auto walk_whole = [&](const std::vector<FrameRef>& stack) {
    if (const auto last = walk(stack); last != 0) count(last, kStackEnd, 1);
  };
  for (const auto& stack : known) walk_whole(stack);
  for (const auto& trace : report.traces) walk_whole(trace.frames);
  strand.rank = rank_of(report, open.open_stack(), strand.rows);
  if (open.open_stack() != nullptr) {
    const auto& stack = *open.open_stack();
    strand.stack = is_live(stack.role) ? Stack::live : Stack::stored;
    strand.live_seen = strand.live_seen || strand.stack == Stack::live;
    strand.role = stack.role;
    strand.depot = stack.in_depot;
    strand.depth = static_cast<int>(stack.frames.size());
    strand.last = strand.last_reliable = walk(stack.frames);
    if (!stack.frames.empty()) {
      for (const auto& ref : stack.frames) {
        if (!ref.reliable) continue;
        strand.reached = strand.reached || frames_[ref.frame].symbol == strand.symbol;
      }
      const auto& frame = frames_[stack.frames.back().frame];
      strand.place = frame.place;
      strand.function = frame.function;
    }
  }
  if (strand.symbol != 0) title_symbols_.push_back(strand.symbol);
  start_.shared.fill(&blank_);
  start_.of(0) = &strands_.emplace_back(strand);
  beam_.states[0] = start_;
  beam_.size = 1;
  lines_.reserve(Demuxer::kMaxLines);
  steps_.reserve(Demuxer::kMaxLines);
}

std::uint64_t DemuxSearch::walk(const std::vector<FrameRef>& stack) {
  std::uint64_t last = 0;
  std::uint64_t last_reliable = 0;
  std::uint64_t last_function = 0;
  for (const auto& ref : stack) {
    const auto& frame = frames_[ref.frame];
    build_ids_ = build_ids_ || frame.build_id;
    if (last != 0) count(last, frame.key, 1);
    if (ref.reliable && last_reliable != last && last_reliable != 0) count(last_reliable, frame.key, 1);
    last = frame.key;
    if (!ref.reliable) continue;
    last_reliable = frame.key;
    if (last_function != 0) count(last_function, frame.function, 1);
    last_function = frame.function;
  }
  return last_reliable;
}

void DemuxSearch::add(const Line& line) {
  lines_.push_back(read_demux_line(line, frames_));
  const auto& read = lines_.back();
  if (read.kind == Kind::title) ++titles_;
  if (read.symbol != 0) title_symbols_.push_back(read.symbol);
  if (read.kind == Kind::frame) {
    build_ids_ = build_ids_ || read.frame.build_id;
    // Until it is known whose they are, a frame may stand under any of the last few.
    double weight = 1;
    for (const auto& [frame, function] : before_) {
      if (frame != 0) count(frame, read.frame.key, weight / 2);
      if (function != 0 && read.reliable) count(function, read.frame.function, weight / 2);
      weight /= 2;
    }
    before_ = {std::make_pair(read.frame.key, read.reliable ? read.frame.function : 0), before_[0],
               before_[1]};
  }
  advance(read);
  idle_ = steps_.back()[0].owner < 0 ? idle_ + 1 : 0;
}

bool DemuxSearch::settled() const {
  if (idle_ >= kIdle) return true;
  if (titles_ == 0 && lines_.size() >= kWaitForTitle) return true;
  const auto& state = best();
  if (lines_.size() >= kWaitForTitle && state.cost > kSenseless * static_cast<double>(lines_.size()))
    return true;
  int open = 0;
  for (int i = 0; i < state.strands; ++i) {
    open += state.strand(i).closed || (i == 0 && is_over(start_.strand(0))) ? 0 : 1;
  }
  return state.strands > 1 ? open <= 1 && titles_ > 0 : open == 0;
}

// Whose turn it is may be enough where a report lacks what others of its family have.
bool DemuxSearch::makes_sense() const {
  const auto& state = best();
  if (titles_ == 0 || state.cost > kSenseless * static_cast<double>(lines_.size())) return false;
  return in_turn_ || std::all_of(state.shared.begin(), state.shared.begin() + state.strands,
                                 [](const Shared* shared) { return shared->strand.whole(); });
}

std::vector<int> DemuxSearch::owners() const {
  std::vector<int> owners(steps_.size());
  auto at = static_cast<std::uint32_t>(&best() - beam_.states.data());
  for (auto line = steps_.size(); line-- > 0;) {
    const auto& step = steps_[line][at];
    owners[line] = step.owner;
    at = step.parent;
  }
  return owners;
}

// CPUs that have much to print wait for one another, and each prints a line when its turn comes. Divides the
// lines once more as if so, and keeps that if it explains them better: where the turn tells the owner, what
// the lines say has to tell less.
void DemuxSearch::divide_in_turn() {
  if (!turns_of(owners()).are(kMaybeInTurn)) return;
  const auto loose = best().total();
  const auto beam = beam_;
  auto steps = std::exchange(steps_, {});
  in_turn_ = true;
  beam_.states[0] = start_;
  beam_.size = 1;
  for (const auto& line : lines_) advance(line);
  const auto turns = turns_of(owners());
  if (turns.are(kMostlyInTurn) && best().total() < loose + kTurnTells * turns.lines) return;
  in_turn_ = false;
  beam_ = beam;
  steps_ = std::move(steps);
}

// Whether the open stack of `owner` goes on, or ends, after line `at` so well that no frame can be missing.
bool DemuxSearch::goes_on(const State& state, int owner, const std::vector<int>& owners,
                          std::size_t at) const {
  const auto& strand = state.strand(owner);
  for (std::size_t i = at + 1; i < owners.size(); ++i) {
    if (owners[i] != owner || lines_[i].kind == Kind::registers) continue;
    if (lines_[i].kind == Kind::frame) return strand.depth > 0 && frame(state, owner, lines_[i], 1) < kSure;
    return end_of_stack(strand, 1) < kSure;
  }
  return false;
}

// Whose stacks hold a frame that might as well be another's, had the two not been neighbours.
std::vector<bool> DemuxSearch::doubts(const std::vector<int>& owners) const {
  std::vector<bool> doubtful(Demuxer::kMaxReports);
  for (int owner = 0; owner < best().strands; ++owner)
    doubtful[static_cast<std::size_t>(owner)] = !best().strand(owner).whole();
  State state = start_;
  std::array<Shared, Demuxer::kMaxReports> replayed;
  for (std::size_t i = 0; i < replayed.size(); ++i) state.shared[i] = &replayed[i];
  replayed[0].strand = start_.strand(0);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const auto owner = owners[i];
    if (owner < 0) continue;
    if (owner >= state.strands) state.strands = owner + 1;
    const auto& line = lines_[i];
    auto& own = state.of(owner)->strand;
    const auto doubt = [&doubtful](int strand) { doubtful[static_cast<std::size_t>(strand)] = true; };
    // Whose address or task it is: nothing said so before.
    if (line.kind == Kind::section && line.address != 0 && own.address == 0)
      for (int other = 0; other < state.strands; ++other) {
        const auto& rival = state.strand(other);
        if (other == owner || rival.order != own.order || rival.address != 0) continue;
        if (cost(state, other, line) - cost(state, owner, line) >= kEvident) continue;
        doubt(owner);
        doubt(other);
      }
    const bool framed = line.kind == Kind::frame && own.stack != Stack::none;
    const auto mine = framed ? frame(state, owner, line, 1) : 0;
    // Were it another's, both that one and its own would have printed out of turn.
    const bool turned = in_turn_ && i > 0 && is_anothers(owners[i - 1], owner) && i + 1 < owners.size() &&
                        is_anothers(owners[i + 1], owner);
    const auto turn = turned ? 2 * kOutOfTurn : 0;
    for (int other = 0; other < state.strands; ++other) {
      const auto& rival = state.strand(other);
      if (other == owner || rival.closed || rival.stack == Stack::none) continue;
      if (!framed || !(own.depot || rival.depot) || mine < kSure) continue;
      if (rival.last == own.last && rival.depth == own.depth && rival.stack == own.stack) continue;
      const auto margin = frame(state, other, line) - mine + turn;
      if (margin < (own.depot ? kEvident : kDoubt) && !goes_on(state, other, owners, i)) {
        doubt(owner);
        doubt(other);
      }
    }
    take(own, line);
  }
  return doubtful;
}

DemuxSearch::Division DemuxSearch::finish() {
  Division division;
  if (titles_ > 0) divide_in_turn();
  auto found = owners();
  const auto interleaved = [&found] {
    int last = 0;
    std::vector<bool> left(Demuxer::kMaxReports);
    for (const auto owner : found) {
      if (owner < 0 || owner == last) continue;
      if (left[static_cast<std::size_t>(owner)]) return true;
      left[static_cast<std::size_t>(last)] = true;
      last = owner;
    }
    return false;
  };
  division.interleaved = interleaved() && makes_sense();
  if (division.interleaved) division.doubtful = doubts(found);
  division.owners = std::move(found);
  return division;
}

}  // namespace parser
