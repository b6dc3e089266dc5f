#include "parser/demux_search.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "parser/functions.h"
#include "parser/report_builder.h"
#include "parser/scan.h"

namespace parser {
namespace {

using Kind = DemuxLine::Kind;
using Stack = OpenStack;

// How far a report has come, in the order of its family's sections.
int rank_of(const Report& report, int rows) {
  int rank = 0;
  const auto reached = [&rank](int section, bool seen) { rank = seen ? std::max(rank, section) : rank; };
  const auto has = [&report](Role role) {
    return std::any_of(report.traces.begin(), report.traces.end(),
                       [role](const Trace& trace) { return trace.role == role; });
  };
  switch (order_of(report.family)) {
    case Order::kasan:
      reached(2, report.access && report.access->pid);
      reached(4, !report.comm.empty());
      reached(8, has(Role::call));
      reached(15, has(Role::alloc));
      reached(16, has(Role::free));
      reached(17, has(Role::work));
      reached(18, has(Role::work2));
      reached(20, report.object && report.object->address);
      reached(21, report.object && !report.object->cache.empty());
      reached(22, report.region.has_value());
      reached(25, !report.stack_frame.empty() || !report.variable.empty());
      reached(38, has(Role::page_alloc));
      reached(39, has(Role::page_free));
      reached(51, rows > 0);
      break;
    case Order::slub:
      reached(4, !report.traces.empty());
      reached(6, report.slab.has_value());
      reached(7, report.object && report.object->address);
      reached(20, !report.comm.empty());
      reached(30, has(Role::call));
      reached(50, !report.fixes.empty());
      break;
    case Order::other:
      reached(6, !report.comm.empty());
      reached(20, has(Role::call));
      break;
  }
  return rank;
}

}  // namespace

double DemuxSearch::State::total() const {
  double sum = cost;
  for (int i = 0; i < strands; ++i) sum += strand[static_cast<std::size_t>(i)].titled ? 0 : kUntitled;
  return sum;
}

std::uint64_t DemuxSearch::State::key() const {
  std::uint64_t key = static_cast<std::uint64_t>(strands * 8 + last);
  for (int i = 0; i < strands; ++i) {
    const auto& s = strand[static_cast<std::size_t>(i)];
    for (const std::uint64_t part :
         {s.last, s.symbol, s.address, s.cache, static_cast<std::uint64_t>(s.pid),
          static_cast<std::uint64_t>(s.rank),
          static_cast<std::uint64_t>(s.stack) * 4 + s.closed * 2 + s.titled,
          static_cast<std::uint64_t>(s.depth > 0), static_cast<std::uint64_t>(s.rows)})
      key = (key ^ part) * 0x100000001b3U + (key >> 29);
  }
  return key;
}

DemuxSearch::DemuxSearch(FrameTable& frames, const ReportBuilder& open,
                         const std::deque<std::vector<FrameRef>>& known)
    : frames_(frames) {
  auto& strand = start_.strand[0];
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
    return static_cast<int>(
        std::count_if(trace.frames.begin(), trace.frames.end(), [&frames](const FrameRef& ref) {
          return ref.reliable && !frames[ref.frame].helper;
        }));
  };
  strand.access_seen = report.access && report.access->pid;
  for (const auto& trace : report.traces)
    if (trace.role == Role::call) strand.live_frames += nameable(trace);
  if (open.open_stack() != nullptr && open.open_stack()->role == Role::call)
    strand.live_frames += nameable(*open.open_stack());
  strand.freeing = report.kind.ends_with("-free") && report.kind.find("use-after-free") == std::string::npos;
  if (report.pid) strand.pid = *report.pid;
  if (report.object) strand.cache = hash_of(report.object->cache);
  strand.untracked = is_untracked(report.kind);
  auto symbol = std::string_view(report.location);
  symbol = symbol.substr(0, symbol.find("+0x"));
  if (!symbol.empty()) strand.symbol = hash_of(without_compiler_suffix(symbol));
  strand.live_seen = std::any_of(report.traces.begin(), report.traces.end(),
                                 [](const Trace& trace) { return is_live(trace.role); });

  const auto walk = [&](const std::vector<FrameRef>& stack) {
    for (const auto& ref : stack) build_ids_ = build_ids_ || !frames_[ref.frame].build_id.empty();
    return walk_pairs(stack, frames_, [this](std::uint64_t callee, std::uint64_t caller) {
      known_pairs_[pair_of(callee, caller)] += 1;
      known_callees_[callee] += 1;
    });
  };
  const auto walk_whole = [&](const std::vector<FrameRef>& stack) {
    if (const auto last = walk(stack); last != 0) {
      known_pairs_[pair_of(last, kStackEnd)] += 1;
      known_callees_[last] += 1;
    }
  };
  for (const auto& stack : known) walk_whole(stack);
  for (const auto& trace : report.traces) walk_whole(trace.frames);
  strand.rank = rank_of(report, strand.rows);
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
        const auto& frame = frames_[ref.frame];
        strand.hold(frame.identity);
        strand.reached = strand.reached || hash_of(without_compiler_suffix(frame.symbol)) == strand.symbol;
      }
      DemuxLine frame;
      describe_frame(frames_[stack.frames.back().frame], frame);
      strand.place = frame.place;
      strand.function = frame.function;
    }
    static constexpr std::array<std::pair<Role, int>, 6> kRanks{{{Role::call, 8},
                                                                 {Role::alloc, 15},
                                                                 {Role::free, 16},
                                                                 {Role::work, 17},
                                                                 {Role::page_alloc, 38},
                                                                 {Role::page_free, 39}}};
    if (strand.order == Order::kasan)
      for (const auto& [role, rank] : kRanks)
        if (role == stack.role) strand.rank = std::max(strand.rank, rank);
    if (strand.order == Order::slub)
      strand.rank = std::max(strand.rank, strand.stack == Stack::live ? 30 : 3);
    if (strand.order == Order::other) strand.rank = std::max(strand.rank, 20);
  } else if (strand.live_seen) {
    strand.rank = std::max(strand.rank, strand.order == Order::kasan  ? 8
                                        : strand.order == Order::slub ? 30
                                                                      : 20);
  }
  pairs_ = known_pairs_;
  callees_ = known_callees_;
  beam_.push_back(start_);
}

void DemuxSearch::advance(const DemuxLine& line) {
  std::vector<State> next;
  std::vector<int> owner_of;
  const auto add = [&](std::size_t parent, int owner, double more) {
    next.push_back(beam_[parent]);
    auto& state = next.back();
    state.cost += more;
    state.parent = static_cast<std::uint32_t>(parent);
    if (owner >= 0) {
      if (owner == state.strands) ++state.strands;
      take(state.strand[static_cast<std::size_t>(owner)], line);
      state.last = owner;
    }
    owner_of.push_back(owner);
  };
  for (std::size_t i = 0; i < beam_.size(); ++i) {
    add(i, line.kind == Kind::aside ? DemuxSearch::kAside : DemuxSearch::kNobody, unowned(line));
    for (int owner = 0; owner < beam_[i].strands; ++owner) {
      const auto more = cost(beam_[i], owner, line);
      if (more < kNever) add(i, owner, more + (owner == beam_[i].last ? 0 : kAnotherSpeaks));
    }
    if (const auto more = beginning(beam_[i], line); more < kNever && beam_[i].strands < DemuxSearch::kMaxReports)
      add(i, beam_[i].strands, more);
  }
  std::vector<std::size_t> ranking(next.size());
  for (std::size_t i = 0; i < ranking.size(); ++i) ranking[i] = i;
  std::stable_sort(ranking.begin(), ranking.end(),
                   [&](std::size_t a, std::size_t b) { return next[a].cost < next[b].cost; });
  std::vector<State> kept;
  std::vector<Step> steps;
  std::unordered_set<std::uint64_t> seen;
  for (const auto i : ranking) {
    if (kept.size() >= kBeam || next[i].cost > next[ranking[0]].cost + 4 * kDamaged) break;
    if (!seen.insert(next[i].key()).second) continue;
    steps.push_back({next[i].parent, owner_of[i]});
    kept.push_back(std::move(next[i]));
  }
  beam_ = std::move(kept);
  steps_.push_back(std::move(steps));
}

void DemuxSearch::add(const Line& line) {
  lines_.push_back(read_demux_line(line, frames_));
  const auto& read = lines_.back();
  if (read.kind == Kind::title) ++titles_;
  if (read.kind == Kind::end) last_end_ = lines_.size();
  if (read.kind == Kind::ruler) {
    twin_rulers_ = twin_rulers_ || (last_ruler_ != 0 && last_ruler_ + 1 == lines_.size());
    last_ruler_ = lines_.size();
  }
  if (read.kind == Kind::frame) {
    build_ids_ = build_ids_ || read.build_id;
    // Until it is known whose they are, a frame may stand under any of the last few.
    double weight = 1;
    for (const auto& [frame, function] : before_) {
      if (frame != 0) count(frame, read.frame, weight / 2);
      if (function != 0 && read.reliable) count(function, read.function, weight / 2);
      weight /= 2;
    }
    before_ = {std::make_pair(read.frame, read.reliable ? read.function : 0), before_[0], before_[1]};
  }
  advance(read);
  idle_ = steps_.back().empty() || steps_.back()[0].owner < 0 ? idle_ + 1 : 0;
}

const DemuxSearch::State& DemuxSearch::best() const {
  return *std::min_element(beam_.begin(), beam_.end(),
                           [](const State& a, const State& b) { return a.total() < b.total(); });
}

bool DemuxSearch::settled() const {
  if (idle_ >= kIdle) return true;
  if (titles_ == 0 && lines_.size() >= kWaitForTitle) return true;
  const auto& state = best();
  int open = 0;
  bool unripe = false;
  for (int i = 0; i < state.strands; ++i) {
    const auto& strand = state.strand[static_cast<std::size_t>(i)];
    open += strand.closed || (i == 0 && is_over(start_.strand[0])) ? 0 : 1;
    unripe = unripe || (strand.closed && strand.unripe);
  }
  // A ruler where the report is not ripe for it may be another's first line; two in a row are an end and a
  // beginning.
  if (unripe && !twin_rulers_ && lines_.size() - last_ruler_ < kWaitForTitle) return false;
  if (state.strands > 1 && last_end_ != 0 && lines_.size() - last_end_ < kAfterEnd) return false;
  return state.strands > 1 ? open <= 1 && titles_ > 0 : open == 0;
}

bool DemuxSearch::all_whole() const {
  const auto& state = best();
  return std::all_of(state.strand.begin(), state.strand.begin() + state.strands,
                     [](const DemuxStrand& strand) { return strand.whole(); });
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

void DemuxSearch::learn(const std::vector<int>& owners) {
  for (auto& [pair, weight] : pairs_) weight *= 0.15;
  for (auto& [callee, weight] : callees_) weight *= 0.15;
  for (const auto& [pair, weight] : known_pairs_) pairs_[pair] += weight;
  for (const auto& [callee, weight] : known_callees_) callees_[callee] += weight;
  auto strands = start_.strand;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] < 0) continue;
    auto& strand = strands[static_cast<std::size_t>(owners[i])];
    const auto before = strand;
    take(strand, lines_[i]);
    if (before.stack == Stack::none || before.depth == 0) continue;
    if (lines_[i].kind == Kind::frame && !before.awaits) {
      count(before.last, lines_[i].frame, 1);
      if (lines_[i].reliable && before.last_reliable != before.last)
        count(before.last_reliable, lines_[i].frame, 1);
      if (lines_[i].reliable && before.function != 0) count(before.function, lines_[i].function, 1);
    } else if (strand.stack == Stack::none || strand.depth == 0) {
      count(before.last_reliable, kStackEnd, 1);
    }
  }
}

void DemuxSearch::search_again() {
  beam_.assign(1, start_);
  steps_.clear();
  for (const auto& line : lines_) advance(line);
}

// Whether the open stack of `owner` goes on, or ends, after line `at` so well that no frame can be missing.
bool DemuxSearch::goes_on(const State& state, int owner, const std::vector<int>& owners,
                          std::size_t at) const {
  const auto& strand = state.strand[static_cast<std::size_t>(owner)];
  for (std::size_t i = at + 1; i < owners.size(); ++i) {
    if (owners[i] != owner || lines_[i].kind == Kind::registers) continue;
    if (lines_[i].kind == Kind::frame) return strand.depth > 0 && frame(state, owner, lines_[i], 1) < kSure;
    return end_of_stack(strand, 1) < kSure;
  }
  return false;
}

// Whose stacks hold a frame that might as well be another's, had the two not been neighbours.
std::vector<bool> DemuxSearch::doubts(const std::vector<int>& owners) const {
  std::vector<bool> doubtful(DemuxSearch::kMaxReports);
  State state = start_;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const auto owner = owners[i];
    if (owner < 0) continue;
    if (owner >= state.strands) state.strands = owner + 1;
    const auto& line = lines_[i];
    auto& own = state.strand[static_cast<std::size_t>(owner)];
    const auto doubt = [&doubtful](int strand) { doubtful[static_cast<std::size_t>(strand)] = true; };
    const bool framed = line.kind == Kind::frame && own.stack != Stack::none;
    bool contested = false;
    const auto mine = framed ? frame(state, owner, line, 1) : 0;
    for (int other = 0; other < state.strands; ++other) {
      const auto& rival = state.strand[static_cast<std::size_t>(other)];
      if (other == owner || rival.closed || rival.stack == Stack::none) continue;
      contested = true;
      if (!framed || !(own.depot || rival.depot) || mine < kSure) continue;
      if (rival.last == own.last && rival.depth == own.depth && rival.stack == own.stack) continue;
      const auto margin = frame(state, other, line) - mine;
      if (margin < (own.depot ? kEvident : kDoubt) && !goes_on(state, other, owners, i)) {
        doubt(owner);
        doubt(other);
      }
    }
    if (own.stack == Stack::stored && own.depot) {
      if (framed)
        own.contested = own.contested || contested;
      else if (own.contested && line.kind != Kind::registers && end_of_stack(own, 1) >= kSure)
        doubt(owner);
    }
    if (!framed) own.contested = false;
    take(own, line);
  }
  return doubtful;
}

DemuxSearch::Division DemuxSearch::finish() {
  Division division;
  auto found = owners();
  const auto interleaved = [&found] {
    int last = 0;
    std::vector<bool> left(DemuxSearch::kMaxReports);
    for (const auto owner : found) {
      if (owner < 0 || owner == last) continue;
      if (left[static_cast<std::size_t>(owner)]) return true;
      left[static_cast<std::size_t>(last)] = true;
      last = owner;
    }
    return false;
  };
  if (interleaved())
    for (int round = 0; round < kRounds; ++round) {
      learn(found);
      search_again();
      auto again = owners();
      if (again == found) break;
      found = std::move(again);
    }
  division.interleaved = titles_ > 0 && interleaved() && all_whole();
  if (division.interleaved) division.doubtful = doubts(found);
  division.owners = std::move(found);
  return division;
}

}  // namespace parser
