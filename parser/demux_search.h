// The search for the division of held lines among reports: a beam over the ways to divide them, each with
// what it makes of every report (a strand). demux_beam.cpp goes from line to line, demux_cost.cpp says what a
// line costs a strand.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "parser/demux.h"
#include "parser/demux_counts.h"
#include "parser/demux_line.h"
#include "parser/report_builder.h"

namespace parser {

// Costs are negative logarithms of likelihoods, roughly: 2 is "unlikely", 5 "something is damaged if so".
inline constexpr double kNever = 100;
inline constexpr double kDamaged = 5;
inline constexpr double kForeignFact = 8;
inline constexpr double kNoTitle = 6;
inline constexpr double kAnotherSpeaks = 0.2;
// Where CPUs print in turn: what a line out of turn costs, what a line gains by whose turn it is, and of how
// many lines how large a part must be in turn, or must seem to be before turns are thought of.
inline constexpr double kOutOfTurn = 3.9;
inline constexpr double kTurnTells = 0.5;
inline constexpr int kFewestTurns = 8;
inline constexpr double kMostlyInTurn = 0.85;
inline constexpr double kMaybeInTurn = 0.1;
// How many ways of dividing the lines so far are kept.
inline constexpr std::size_t kBeam = 8;
inline constexpr std::size_t kUsualPairs = 2048;  // room for what known stacks hold
inline constexpr double kSenseless = 2.5;         // costs a line more than that on average, it is no division
inline constexpr double kHopeless = 20;           // costs more than the best by that: it never catches up
// Lines without a second title after which what looked like the beginning of one was none; and lines that
// nobody takes after which all reports are over.
inline constexpr std::size_t kWaitForTitle = 24;
inline constexpr std::size_t kIdle = 40;
// Nobody can tell two owners apart whose costs differ by less.
inline constexpr double kDoubt = 0.35;
// A frame of a stored stack that was seen nowhere else under the same callee needs better evidence than that.
inline constexpr double kEvident = 3;
// What was seen elsewhere more often than not.
inline constexpr double kSure = 1;

enum class OpenStack : std::uint8_t { none, live, stored };

// One report as far as a division of the lines has it.
struct DemuxStrand {
  bool titled = false, closed = false;
  bool slub_lead = false, cut = false;  // what stands above a title that has not come yet
  bool awaits = false, untracked = false, depot = false, live_seen = false;
  bool freeing = false;
  bool access_seen = false;  // KASAN's line about it
  int live_frames = 0;
  bool reached = false;  // the frame of the title's function, in the live stack
  Order order = Order::other;
  OpenStack stack = OpenStack::none;
  Role role = Role::call;
  int rank = 0, rows = 0, level = -1, depth = 0;
  std::uint8_t place = 0;  // of the last frame
  std::uint64_t last = 0, last_reliable = 0;
  std::uint64_t function = 0;  // of the last reliable frame
  std::uint64_t symbol = 0, address = 0, cache = 0;
  std::int64_t pid = -1;
  bool operator==(const DemuxStrand&) const = default;
  // Strands with the same one are not worth being told apart.
  std::uint64_t key() const;
  // Nothing is missing that every report of its family has.
  bool whole() const {
    if (!titled || (!closed && order != Order::other)) return titled;
    if (live_frames == 0) return false;
    return order != Order::kasan || ((access_seen || freeing) && (rows > 0 || untracked));
  }
};

class DemuxSearch {
 public:
  struct Division {
    std::vector<int> owners;  // by line
    bool interleaved = false;
    std::vector<bool> doubtful;  // by owner
  };

  DemuxSearch(DemuxFrames& frames, const ReportBuilder& open, const std::deque<std::vector<FrameRef>>& known);
  DemuxSearch(const DemuxSearch&) = delete;  // states point into it
  DemuxSearch& operator=(const DemuxSearch&) = delete;
  void add(const Line& line);
  bool settled() const;
  Division finish();

 private:
  // A strand that states share which divide the lines alike as far as it goes: what a line costs it, and what
  // becomes of it, is asked once.
  struct Shared {
    Shared() = default;
    explicit Shared(const DemuxStrand& of) : strand(of), key(of.key()) {}
    DemuxStrand strand;
    std::uint64_t key = 0;                  // the strand's
    std::size_t cost_of = 0, taken_of = 0;  // the number of the line that is meant
    double cost = 0;
    Shared* taken = nullptr;  // with that line
  };
  struct State {
    double cost = 0;
    double out_of_turn = 0;  // costs the next line, if it is the last one's owner's again
    int last = 0, strands = 1;
    std::array<Shared*, Demuxer::kMaxReports> shared{};
    Shared*& of(int owner) { return shared[static_cast<std::size_t>(owner)]; }
    const DemuxStrand& strand(int owner) const { return shared[static_cast<std::size_t>(owner)]->strand; }
    double total() const;
    std::uint64_t key() const;
    bool many_print() const;
  };
  // In order of their costs.
  struct Beam {
    std::array<State, kBeam> states;
    std::uint32_t size = 0;
  };
  struct Step {
    std::uint32_t parent = 0;
    int owner = 0;
  };
  class Choices;  // of a line

  void advance(const DemuxLine& line);
  double shared_cost(const State& state, int owner, const DemuxLine& line) const;
  Shared* with_line(const Shared& shared, const DemuxLine& line);
  void count(std::uint64_t callee, std::uint64_t caller, double weight) {
    pairs_.add(pair_of(callee, caller), weight);
    callees_.add(callee, weight);
  }
  double follows(std::uint64_t callee, std::uint64_t caller, double own = 0) const;
  double cost(const State& state, int owner, const DemuxLine& line) const;
  double facts(const DemuxStrand& strand, const DemuxLine& line) const;
  double order(const DemuxStrand& strand, const DemuxLine& line) const;
  double frame(const State& state, int owner, const DemuxLine& line, double own = 0) const;
  // Counts what stands next to one another in a stack, frames that the kernel is not sure of left out once
  // more. The last frame.
  std::uint64_t walk(const std::vector<FrameRef>& stack);
  double end_of_stack(const DemuxStrand& strand, double own = 0) const;
  static double beginning(const DemuxLine& line);
  static bool awaits_slub_own(const State& state);
  bool concerns_others(const DemuxLine& line) const;
  static double unowned(const DemuxLine& line);
  static void take(DemuxStrand& strand, const DemuxLine& line);
  bool makes_sense() const;
  void divide_in_turn();
  const State& best() const;
  std::vector<int> owners() const;
  bool goes_on(const State& state, int owner, const std::vector<int>& owners, std::size_t at) const;
  std::vector<bool> doubts(const std::vector<int>& owners) const;

  DemuxFrames& frames_;
  std::deque<Shared> strands_;     // that any state has had
  std::size_t older_strands_ = 0;  // of them: not of the line that is read
  Shared blank_;                   // of a report that has not begun
  State start_;
  Beam beam_;
  std::size_t line_ = 0;                        // that is read, from 1
  std::vector<std::array<Step, kBeam>> steps_;  // by line
  std::vector<DemuxLine> lines_;
  DemuxCounts pairs_{kUsualPairs}, callees_{kUsualPairs / 2};  // how often a frame was seen under another
  std::array<std::pair<std::uint64_t, std::uint64_t>, 3> before_{};  // the last frames of whatever stack
  bool build_ids_ = false;  // live stacks print modules with them; stored ones never do
  std::size_t idle_ = 0;    // lines that nobody took
  int titles_ = 0;
  bool in_turn_ = false;  // the CPUs are taken to print in turn
  std::vector<std::uint64_t> title_symbols_;
};

// SLUB's reports end without a mark; nothing but a FIX line may follow.
inline bool is_over(const DemuxStrand& strand) {
  return strand.order == Order::slub && strand.titled && strand.rank >= 40;
}

inline constexpr std::uint64_t kStackEnd = 2;  // as a caller

inline bool is_near(std::uint64_t a, std::uint64_t b) {
  // Tags stand in the top byte.
  a &= 0x00ffffffffffffffU;
  b &= 0x00ffffffffffffffU;
  return (a > b ? a - b : b - a) < 0x4000;
}

}  // namespace parser
