// Reports that CPUs print at once in a log without caller ids: whose line is whose.
// Where a second report begins inside an open one, lines are held back. If lines come that the second one
// cannot own, the two are interleaved, and the division of the held lines is sought that contradicts least of
// what they say (demux_search.h). If none come, they are let go as they were.
//
//   open report --may_begin()/may_supersede()--> start(), add() until it says that nothing more is wanted
//   --> finish(): the lines, each with its owner
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/demux_sections.h"
#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/prefix.h"
#include "parser/report_builder.h"

namespace parser {

class DemuxFrames;
class DemuxSearch;
struct FoundSplat;
struct SplatRule;

class Demuxer {
 public:
  static constexpr int kMaxReports = 3;          // at once
  static constexpr std::size_t kMaxLines = 400;  // held
  static constexpr std::size_t kUnproven = 100;  // ... as long as nothing shows that two are interleaved
  static constexpr std::size_t kUntitled = 24;   // ... and as long as no second title has come
  static constexpr int kCredit = 3;  // searches in vain that a log has free once as many gained something
  static constexpr int kMostDoublings = 12;       // of kLetPass
  static constexpr std::uint64_t kLetPass = 250;  // lines
  static constexpr std::size_t kMaxKnown = 32;    // stacks of earlier reports
  static constexpr int kNobody = -1;
  static constexpr int kAside = -2;  // a report of one line that came between

  struct Held {
    Line line;
    int owner = kNobody;  // 0: the report that was open; 1..: those that began since
  };
  struct Division {
    std::vector<Held> lines;
    std::vector<char> stored;    // what their views are of
    bool divided = false;        // else the lines are to be taken as if they had never been held
    std::vector<bool> doubtful;  // by owner: a frame of a stored stack may be another's
  };

  explicit Demuxer(FrameTable& frames);
  ~Demuxer();
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  void begin_input();
  // The stacks of a whole report that stood alone.
  void learn(const Report& report);

  // Whether `body` (leading blanks off) may begin a second report although the open one would take it.
  static bool may_begin(std::string_view body, const ReportBuilder& open);
  // Whether the report that `body` begins may be interleaved with the open one, which does not know it.
  static bool may_supersede(std::string_view body, const ReportBuilder& open);

  // Whether a beginning at that line is worth a search. One costs as much as some thousand lines of parsing,
  // so that each in vain doubles how many lines are let pass before the next; each that divides something
  // halves it.
  bool worth_trying(std::uint64_t line) const { return line >= next_try_; }
  bool holding() const { return !held_.empty(); }
  // `line` may be the first of another report than `open`, which must not change before finish().
  void start(const ReportBuilder& open, const Line& line);
  // Holds a line. False, and it is not held, if it shows that there is nothing to divide.
  bool add(const Line& line);
  bool settled() const;
  Division finish();

 private:
  enum class Sign : std::uint8_t { none, two, other_begins };
  Sign read_sign(const Line& line);
  bool is_more_of_newest(const FoundSplat& found) const;
  void keep(const Line& line);
  void restore_views();

  std::unique_ptr<DemuxFrames> frames_;
  std::deque<std::vector<FrameRef>> known_;
  std::vector<Held> held_;    // views of them are void as soon as the next is held
  std::vector<char> stored_;  // of each: raw, then text
  std::unique_ptr<DemuxSearch> search_;
  // As long as nothing is proven: the report that was open, and how far the one that began since has come.
  const ReportBuilder* open_ = nullptr;
  std::optional<Order> newest_;
  const SplatRule* newest_rule_ = nullptr;  // ... its own where it is neither KASAN's nor SLUB's
  int newest_rank_ = 0;
  bool title_goes_on_ = false;  // ... a further title is still its own: below "cut here", or "[inline]"
  int doublings_ = 0;           // below zero: credit
  std::uint64_t next_try_ = 0;  // line
};

}  // namespace parser
