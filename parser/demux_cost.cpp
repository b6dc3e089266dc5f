#include "parser/demux_search.h"

#include <algorithm>
#include <cmath>

namespace parser {
namespace {

using Kind = DemuxLine::Kind;
using Stack = OpenStack;

// A report that ends before any frame of its stack has come.
constexpr double kEndsEmpty = 6;

}  // namespace

double DemuxSearch::follows(std::uint64_t callee, std::uint64_t caller, double own) const {
  const double seen = std::max(0.0, pairs_[pair_of(callee, caller)] - own);
  const double of = std::max(seen, callees_[callee] - own);
  return -std::log((seen + 0.25) / (of + 2.5));
}

double DemuxSearch::end_of_stack(const DemuxStrand& strand, double own) const {
  if (strand.stack == Stack::none) return 0;
  if (strand.depth == 0) return 3;
  if ((strand.place & DemuxFrame::root) != 0) return 0;
  return std::min(follows(strand.last_reliable, kStackEnd, own), 3.0);
}

// What the line says that one report alone can own.
double DemuxSearch::facts(const DemuxStrand& strand, const DemuxLine& line) const {
  double sum = 0;
  if (line.pid >= 0 && strand.pid >= 0 && line.pid != strand.pid) sum += kForeignFact;
  if (line.cache != 0 && strand.cache != 0 && line.cache != strand.cache) sum += kForeignFact;
  if (line.address != 0 && strand.address != 0 && !is_near(line.address, strand.address)) sum += kForeignFact;
  return sum;
}

double DemuxSearch::order(const DemuxStrand& strand, const DemuxLine& line) const {
  const int rank = line.ranks[static_cast<std::size_t>(strand.order)];
  if (rank < 0) return kNever;
  const int gap = rank - strand.rank;
  if (gap < 0) return kDamaged;
  if (gap == 0 && line.once) return kDamaged - 1;
  return 0.12 * std::min(gap, 16);
}

double DemuxSearch::frame(const State& state, int owner, const DemuxLine& line, double own) const {
  const auto& strand = state.strand(owner);
  if (strand.awaits) return line.reliable ? 0 : kNever;
  if (strand.stack == Stack::none) {
    // KFENCE's, KCSAN's and others' frames follow their own words at once.
    return strand.order == Order::other && !strand.live_seen ? 1 : kNever;
  }
  double sum = 0;
  if (strand.stack == Stack::stored) {
    if (!line.reliable || line.frame.build_id) return 10;
  } else if (build_ids_ && line.frame.module && !line.frame.build_id) {
    sum += kDamaged;
  }
  if (line.level >= 0 && strand.level >= 0 && line.level != strand.level) sum += 3;
  // Above the title's function stands only what reports; that function's callers do not.
  if (strand.order == Order::kasan && strand.stack == Stack::live && strand.symbol != 0 && line.reliable) {
    if (!strand.reached && line.frame.symbol != strand.symbol && !line.frame.skipped) sum += 3;
    if (strand.reached && line.frame.place == DemuxFrame::begins_live) sum += 3;
    if ((line.frame.place & (strand.freeing ? DemuxFrame::reports_access : DemuxFrame::reports_free)) != 0)
      sum += 4;
  }
  if (strand.depth == 0) {
    const int wanted = strand.role == Role::alloc || strand.role == Role::free || strand.role == Role::work ||
                               strand.role == Role::work2
                           ? DemuxFrame::begins_kasan
                       : strand.role == Role::page_alloc ? DemuxFrame::begins_page_alloc
                       : strand.role == Role::page_free  ? DemuxFrame::begins_page_free
                       : strand.stack == Stack::live && strand.order == Order::kasan ? DemuxFrame::begins_live
                                                                                     : 0;
    if (wanted != 0)
      sum += (line.frame.place & wanted) != 0 ? 0 : 2.5;
    else
      sum += (line.frame.place & DemuxFrame::begins_kasan) != 0 ? 4 : 1;
  } else {
    if ((line.frame.place & (DemuxFrame::begins_live | DemuxFrame::begins_kasan)) != 0) sum += 3;
    if ((strand.place & DemuxFrame::root) != 0) sum += (line.frame.place & DemuxFrame::root) != 0 ? 0 : 4;
    auto continuity = follows(strand.last, line.frame.key, own);
    // What lies about on a stack follows no rule.
    if (!line.reliable) continuity = std::min(continuity, 1.5);
    if (line.reliable && strand.last_reliable != strand.last)
      continuity = std::min(continuity, follows(strand.last_reliable, line.frame.key, own));
    // The same functions with other return addresses are worth a little less.
    if (line.reliable && strand.function != 0)
      continuity = std::min(continuity, follows(strand.function, line.frame.function, own) + 0.2);
    if (line.reliable && strand.function != 0) {
      const auto known = well_known_call(strand.function, line.frame.function);
      if (known == Calls::known) continuity = std::min(continuity, 0.2);
      if (known == Calls::other) continuity += 0.8;
    }
    sum += continuity;
  }
  for (int i = 0; i < state.strands; ++i) {
    const auto symbol = state.strand(i).symbol;
    if (symbol != 0 && symbol == line.frame.symbol && strand.symbol != line.frame.symbol) sum += 4;
  }
  return sum;
}

// A SLUB report is open and has not raised its WARNING.
bool DemuxSearch::awaits_slub_own(const State& state) {
  return std::any_of(state.shared.begin(), state.shared.begin() + state.strands, [](const Shared* shared) {
    const auto& strand = shared->strand;
    return strand.titled && !strand.closed && strand.order == Order::slub && !strand.live_seen;
  });
}

// Whether what the line costs a strand depends on the others as well: on who may raise SLUB's WARNING, and
// on whose title names a frame's function.
bool DemuxSearch::concerns_others(const DemuxLine& line) const {
  if (line.kind == Kind::title) return line.slub_own;
  return line.kind == Kind::frame &&
         std::find(title_symbols_.begin(), title_symbols_.end(), line.frame.symbol) != title_symbols_.end();
}

double DemuxSearch::cost(const State& state, int owner, const DemuxLine& line) const {
  const auto& strand = state.strand(owner);
  if (strand.closed) return kNever;
  if (!strand.titled) {
    if (line.kind == Kind::title) {
      if (line.slub_own) return awaits_slub_own(state) ? kNever : 4;
      const bool fits = line.order == Order::slub    ? strand.slub_lead
                        : line.order == Order::kasan ? !strand.slub_lead && !strand.cut
                                                     : strand.cut || !strand.slub_lead;
      return fits ? 0 : 4;
    }
    if (line.kind == Kind::ruler)
      return line.slub_ruler && strand.address != 0 && strand.rank == 0 ? 0 : kNever;
    return kNever;
  }
  switch (line.kind) {
    case Kind::frame:
      return frame(state, owner, line);
    case Kind::mark:
      return strand.stack == Stack::live ? 0 : kNever;
    case Kind::registers:
      if (strand.order == Order::kasan)
        return (line.pc ? 1.5 : 0) + (strand.stack == Stack::live ? 0 : strand.rank == 8 ? 0.2 : kDamaged);
      return strand.stack == Stack::stored ? kDamaged : 0.1;
    case Kind::title:
      if (line.slub_own && strand.order == Order::slub) return facts(strand, line) + (strand.cut ? 0 : 2);
      return line.order == Order::other && strand.order == Order::other && !strand.live_seen
                 ? 3 + facts(strand, line)
                 : kNever;
    case Kind::ruler:
      if (strand.order == Order::kasan && !line.slub_ruler) {
        if (strand.untracked) return strand.live_seen ? end_of_stack(strand) : kDamaged;
        return (strand.rows >= 3    ? 0
                : strand.rows > 0   ? 1.5
                : strand.rank >= 50 ? 3
                                    : kDamaged + 1) +
               (strand.live_frames > 0 ? 0 : kEndsEmpty);
      }
      return strand.order == Order::other && strand.live_seen ? 2 : kNever;
    case Kind::cut_here:
      return strand.order == Order::slub ? order(strand, line) + end_of_stack(strand) : kNever;
    case Kind::end:
      if (strand.order == Order::other && strand.live_frames == 0) return kEndsEmpty + order(strand, line);
      [[fallthrough]];
    case Kind::more:
      return order(strand, line) + end_of_stack(strand) / 2;
    case Kind::live:
    case Kind::stored:
      return order(strand, line) + facts(strand, line) + end_of_stack(strand);
    case Kind::section: {
      double sum = order(strand, line) + facts(strand, line) + end_of_stack(strand);
      if (line.caret && strand.rows > 0) sum += kDamaged;
      return sum;
    }
    case Kind::unknown:
      // Most families but KASAN and SLUB have lines of their own words.
      return strand.order == Order::other ? 0.3 : kNever;
    case Kind::blank:
    case Kind::aside:
    case Kind::lead:
      return kNever;
  }
  return kNever;
}

double DemuxSearch::beginning(const DemuxLine& line) {
  switch (line.kind) {
    case Kind::title:
      return (line.slub_own ? kDamaged : 4);
    case Kind::more:
      return kDamaged;
    case Kind::ruler:
      return 2;
    case Kind::cut_here:
      return 1.5;
    case Kind::lead:
      return 0.5;
    default:
      return kNever;
  }
}

double DemuxSearch::unowned(const DemuxLine& line) {
  switch (line.kind) {
    case Kind::blank:
    case Kind::aside:
      return 0;
    case Kind::unknown:
      return 0.8;
    case Kind::title:
      return 20;
    case Kind::registers:
    case Kind::mark:
      return 3;
    default:
      return 7;
  }
}

void DemuxSearch::take(DemuxStrand& strand, const DemuxLine& line) {
  const auto end_stack = [&] {
    strand.stack = Stack::none;
    strand.last = strand.last_reliable = 0;
    strand.depth = 0;
    strand.place = 0;
    strand.level = -1;
    strand.function = 0;
  };
  const bool was_titled = strand.titled;
  switch (line.kind) {
    case Kind::title:
    case Kind::more:
      if (!was_titled) {
        strand.titled = true;
        strand.order = line.order;
        strand.untracked = line.untracked;
        strand.freeing = line.freeing;
        strand.symbol = line.symbol;
        strand.cut = false;
        strand.rank = 0;
      }
      break;
    case Kind::ruler:
      if (was_titled) strand.closed = true;
      strand.slub_lead = strand.slub_lead || line.slub_ruler;
      if (!was_titled) strand.rank = 1;
      break;
    case Kind::lead:
      strand.slub_lead = true;
      break;
    case Kind::cut_here:
      strand.cut = true;
      end_stack();
      break;
    case Kind::end:
      end_stack();
      if (strand.order == Order::other) strand.closed = true;
      break;
    case Kind::frame:
      if (strand.awaits) {
        strand.awaits = false;
        return;
      }
      if (strand.stack == Stack::none) {
        strand.stack = Stack::live;
        strand.live_seen = true;
      }
      strand.last = line.frame.key;
      if (strand.stack == Stack::live && strand.role == Role::call && line.reliable && !line.frame.skipped)
        ++strand.live_frames;
      if (line.reliable) {
        strand.last_reliable = line.frame.key;
        strand.function = line.frame.function;
        strand.reached = strand.reached || line.frame.symbol == strand.symbol;
      }
      strand.place = line.frame.place;
      strand.level = line.level;
      ++strand.depth;
      return;
    case Kind::live:
    case Kind::stored:
      end_stack();
      strand.stack = line.kind == Kind::live ? Stack::live : Stack::stored;
      strand.role = line.role;
      strand.depot = line.in_depot;
      strand.live_seen = strand.live_seen || line.kind == Kind::live;
      break;
    case Kind::section:
      end_stack();
      strand.awaits = line.awaits;
      if (line.caret)
        strand.rows = 1;
      else if (line.row && strand.rows > 0)
        ++strand.rows;
      break;
    default:
      break;
  }
  strand.access_seen = strand.access_seen || line.ranks[0] == 2;
  if (const int rank = line.ranks[static_cast<std::size_t>(strand.order)]; rank >= 0)
    strand.rank = std::max(strand.rank, rank);
  if (strand.pid < 0) strand.pid = line.pid;
  if (strand.address == 0) strand.address = line.address;
  if (strand.cache == 0) strand.cache = line.cache;
}

}  // namespace parser
