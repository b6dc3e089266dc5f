#include "parser/demux_search.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "parser/functions.h"
#include "parser/kasan.h"
#include "parser/report_builder.h"
#include "parser/scan.h"

namespace parser {
namespace {

using Kind = DemuxLine::Kind;
using Stack = OpenStack;

std::uint64_t mixed(std::uint64_t key, std::uint64_t part) {
  key = (key ^ part) * 0xbf58476d1ce4e5b9U;
  return key ^ (key >> 32);
}

}  // namespace

std::uint64_t DemuxStrand::key() const {
  const auto reached_place = (static_cast<std::uint64_t>(rank) << 32) |
                             (static_cast<std::uint64_t>(rows) << 8) |
                             (static_cast<std::uint64_t>(stack) * 8 + (depth > 0) * 4 + closed * 2 + titled);
  const auto mark = mixed(mixed(0, last ^ (symbol << 1)), address ^ (cache << 1));
  return mixed(mark, reached_place ^ (static_cast<std::uint64_t>(pid) << 40));
}

double DemuxSearch::State::total() const {
  double sum = cost;
  for (int i = 0; i < strands; ++i) sum += strand(i).titled ? 0 : kNoTitle;
  return sum;
}

std::uint64_t DemuxSearch::State::key() const {
  std::uint64_t key = static_cast<std::uint64_t>(strands * 8 + last);
  for (int i = 0; i < strands; ++i) key = mixed(key, shared[static_cast<std::size_t>(i)]->key);
  return key;
}

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
  beam_.push_back(start_);
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

DemuxSearch::Shared& DemuxSearch::at_this_line(Shared& shared) const {
  if (shared.line != lines_.size()) {
    shared.line = lines_.size();
    shared.cost.reset();
    shared.taken = nullptr;
  }
  return shared;
}

double DemuxSearch::shared_cost(const State& state, int owner, const DemuxLine& line) const {
  auto& known = at_this_line(*state.shared[static_cast<std::size_t>(owner)]).cost;
  if (!known) known = cost(state, owner, line);
  return *known;
}

DemuxSearch::Shared* DemuxSearch::taken(Shared& shared, const DemuxLine& line) {
  auto& known = at_this_line(shared).taken;
  if (known == nullptr) {
    auto strand = shared.strand;
    take(strand, line);
    // Nothing but whether there is one is asked of these numbers, and what was counted otherwise is the same.
    strand.depth = std::min(strand.depth, 1);
    strand.live_frames = std::min(strand.live_frames, 1);
    const auto first = strands_.begin() + static_cast<std::ptrdiff_t>(older_strands_);
    const auto same = std::find_if(first, strands_.end(),
                                   [&strand](const Shared& other) { return other.strand == strand; });
    known = same != strands_.end() ? &*same : &strands_.emplace_back(strand);
  }
  return known;
}

// Steps by which a report takes a line, in order of their costs; those that cost the same as they came.
class DemuxSearch::Choices {
 public:
  struct Choice {
    double cost = 0;
    Step step;
  };

  void add(double cost, Step step) {
    auto at = size_++;
    for (; at > 0 && choices_[at - 1].cost > cost; --at) choices_[at] = choices_[at - 1];
    choices_[at] = {cost, step};
  }
  std::size_t size() const { return size_; }
  const Choice* begin() const { return choices_.data(); }
  const Choice* end() const { return choices_.data() + size_; }

 private:
  std::array<Choice, kBeam * Demuxer::kMaxReports> choices_;
  std::size_t size_ = 0;
};

void DemuxSearch::advance(const DemuxLine& line) {
  older_strands_ = strands_.size();
  Choices choices;
  const double first = beginning(line);
  const bool apart = concerns_others(line);
  for (std::uint32_t i = 0; i < beam_.size(); ++i) {
    const auto& state = beam_[i];
    for (int owner = 0; owner < state.strands; ++owner)
      if (const auto more = apart ? cost(state, owner, line) : shared_cost(state, owner, line); more < kNever)
        choices.add(state.cost + more + (owner == state.last ? 0 : kAnotherSpeaks), {i, owner});
    if (first < kNever && state.strands < Demuxer::kMaxReports && !(line.slub_own && awaits_slub_own(state)))
      choices.add(state.cost + first, {i, state.strands});
  }
  // Nobody may take it, which costs each state the same, so that these are in order too.
  const double alone = unowned(line);
  const int nobody = line.kind == Kind::aside ? Demuxer::kAside : Demuxer::kNobody;
  auto next_alone = std::uint32_t{0};
  auto next = choices.begin();
  const auto cheapest = [&] {
    const bool taken = next != choices.end();
    if (next_alone < beam_.size()) {
      const auto cost = beam_[next_alone].cost + alone;
      if (!taken || cost < next->cost || (cost == next->cost && next_alone <= next->step.parent))
        return Choices::Choice{cost, {next_alone++, nobody}};
    }
    return *next++;
  };

  next_beam_.clear();
  std::array<std::uint64_t, kBeam> keys{};
  auto& steps = steps_.emplace_back();
  for (auto left = choices.size() + beam_.size(); left > 0 && next_beam_.size() < kBeam; --left) {
    const auto [cost, step] = cheapest();
    if (!next_beam_.empty() && cost > next_beam_[0].cost + kHopeless) break;
    auto& state = next_beam_.emplace_back(beam_[step.parent]);
    state.cost = cost;
    if (step.owner >= 0) {
      state.strands = std::max(state.strands, step.owner + 1);
      state.of(step.owner) = taken(*state.of(step.owner), line);
      state.last = step.owner;
    }
    const auto kept = next_beam_.size() - 1;
    keys[kept] = state.key();
    if (std::find(keys.begin(), keys.end(), keys[kept]) != keys.begin() + static_cast<std::ptrdiff_t>(kept))
      next_beam_.pop_back();
    else
      steps[kept] = step;
  }
  std::swap(beam_, next_beam_);
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

const DemuxSearch::State& DemuxSearch::best() const {
  const auto* best = &beam_.front();
  auto least = best->total();
  // Those behind cost no less.
  for (const auto& state : beam_) {
    if (state.cost >= least) break;
    if (const auto total = state.total(); total < least) {
      best = &state;
      least = total;
    }
  }
  return *best;
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

bool DemuxSearch::makes_sense() const {
  const auto& state = best();
  if (titles_ == 0 || state.cost > kSenseless * static_cast<double>(lines_.size())) return false;
  return std::all_of(state.shared.begin(), state.shared.begin() + state.strands,
                     [](const Shared* shared) { return shared->strand.whole(); });
}

std::vector<int> DemuxSearch::owners() const {
  std::vector<int> owners(steps_.size());
  auto at = static_cast<std::uint32_t>(&best() - beam_.data());
  for (auto line = steps_.size(); line-- > 0;) {
    const auto& step = steps_[line][at];
    owners[line] = step.owner;
    at = step.parent;
  }
  return owners;
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
    for (int other = 0; other < state.strands; ++other) {
      const auto& rival = state.strand(other);
      if (other == owner || rival.closed || rival.stack == Stack::none) continue;
      if (!framed || !(own.depot || rival.depot) || mine < kSure) continue;
      if (rival.last == own.last && rival.depth == own.depth && rival.stack == own.stack) continue;
      const auto margin = frame(state, other, line) - mine;
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
