// The ways to divide the lines so far, and how each line makes new ones of them.
#include <algorithm>
#include <array>
#include <utility>

#include "parser/demux_search.h"

namespace parser {
namespace {

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

bool DemuxSearch::State::many_print() const {
  int open = 0;
  for (int i = 0; i < strands; ++i) open += strand(i).closed ? 0 : 1;
  return open > 1;
}

double DemuxSearch::shared_cost(const State& state, int owner, const DemuxLine& line) const {
  auto& shared = *state.shared[static_cast<std::size_t>(owner)];
  if (shared.cost_of != line_) {
    shared.cost_of = line_;
    shared.cost = cost(state, owner, line);
  }
  return shared.cost;
}

DemuxSearch::Shared* DemuxSearch::with_line(const Shared& shared, const DemuxLine& line) {
  auto strand = shared.strand;
  take(strand, line);
  // Only whether these are zero is asked of states: strands that differ in no more are shared as well.
  strand.depth = std::min(strand.depth, 1);
  strand.live_frames = std::min(strand.live_frames, 1);
  const auto first = strands_.begin() + static_cast<std::ptrdiff_t>(older_strands_);
  const auto same =
      std::find_if(first, strands_.end(), [&strand](const Shared& other) { return other.strand == strand; });
  return same != strands_.end() ? &*same : &strands_.emplace_back(strand);
}

// The steps that a line allows, the cheapest first; those that cost the same as they came.
class DemuxSearch::Choices {
 public:
  struct Choice {
    double cost = 0;
    Step step;
  };

  // Nobody may take the line, and it costs each state the same, so that these are in order already.
  Choices(const Beam& beam, double alone, int nobody) : beam_(beam), alone_(alone), nobody_(nobody) {}
  void add(double cost, Step step) {
    auto at = size_++;
    for (; at > 0 && choices_[at - 1].cost > cost; --at) choices_[at] = choices_[at - 1];
    choices_[at] = {cost, step};
  }
  bool empty() const { return next_ == size_ && next_alone_ == beam_.size; }
  Choice next() {
    if (next_alone_ < beam_.size) {
      const auto cost = beam_.states[next_alone_].cost + alone_;
      const auto& other = choices_[next_];
      if (next_ == size_ || cost < other.cost || (cost == other.cost && next_alone_ <= other.step.parent))
        return {cost, {next_alone_++, nobody_}};
    }
    return choices_[next_++];
  }

 private:
  std::array<Choice, kBeam * Demuxer::kMaxReports + 1> choices_;
  std::size_t size_ = 0, next_ = 0;
  const Beam& beam_;
  const double alone_;
  const int nobody_;
  std::uint32_t next_alone_ = 0;
};

void DemuxSearch::advance(const DemuxLine& line) {
  ++line_;
  older_strands_ = strands_.size();
  Choices choices(beam_, unowned(line),
                  line.kind == DemuxLine::Kind::aside ? Demuxer::kAside : Demuxer::kNobody);
  const double first = beginning(line);
  const bool apart = concerns_others(line);
  for (std::uint32_t i = 0; i < beam_.size; ++i) {
    const auto& state = beam_.states[i];
    const double same = state.out_of_turn != 0 && state.many_print() ? state.out_of_turn : 0;
    for (int owner = 0; owner < state.strands; ++owner)
      if (const auto more = apart ? cost(state, owner, line) : shared_cost(state, owner, line); more < kNever)
        choices.add(state.cost + more + (owner == state.last ? same : kAnotherSpeaks), {i, owner});
    if (first < kNever && state.strands < Demuxer::kMaxReports && !(line.slub_own && awaits_slub_own(state)))
      choices.add(state.cost + first, {i, state.strands});
  }

  Beam made;
  std::array<std::uint64_t, kBeam> keys{};
  auto& steps = steps_.emplace_back();
  while (made.size < kBeam && !choices.empty()) {
    const auto [cost, step] = choices.next();
    if (made.size > 0 && cost > made.states[0].cost + kHopeless) break;
    auto& state = made.states[made.size];
    state = beam_.states[step.parent];
    state.cost = cost;
    if (step.owner >= 0) {
      state.strands = std::max(state.strands, step.owner + 1);
      auto*& shared = state.of(step.owner);
      if (shared->taken_of != line_) {
        shared->taken_of = line_;
        shared->taken = with_line(*shared, line);
      }
      shared = shared->taken;
      // Who goes on alone is likelier to do so once more: the others are done, or do something else.
      if (in_turn_) state.out_of_turn = step.owner == state.last ? state.out_of_turn / 2 : kOutOfTurn;
      state.last = step.owner;
    } else {
      state.out_of_turn = 0;
    }
    const auto key = state.key();
    const auto kept = keys.begin() + made.size;
    if (std::find(keys.begin(), kept, key) != kept) continue;
    *kept = key;
    steps[made.size++] = step;
  }
  beam_ = made;
}

const DemuxSearch::State& DemuxSearch::best() const {
  const auto* best = &beam_.states[0];
  auto least = best->total();
  // Those behind cost no less.
  for (std::uint32_t i = 1; i < beam_.size; ++i) {
    const auto& state = beam_.states[i];
    if (state.cost >= least) break;
    if (const auto total = state.total(); total < least) {
      best = &state;
      least = total;
    }
  }
  return *best;
}

}  // namespace parser
