#include "parser/demux.h"

#include <algorithm>
#include <utility>

#include "parser/demux_search.h"
#include "parser/scan.h"
#include "parser/splat.h"
#include "parser/splat_rule.h"

namespace parser {
namespace {

// Of KASAN's shadow bytes there are three rows from the one with the caret on; these kinds have none, nor has
// an asynchronous fault.
bool kasan_may_end(const ReportBuilder& open) {
  const auto& kind = open.so_far().kind;
  return open.shadow_rows() >= 3 || is_untracked(kind) || kind == "invalid-access";
}

constexpr std::size_t kUsualLine = 160;  // bytes, those of its text counted twice

// Families whose reports end in a ruler, below the CPU line.
bool has_rulers(Family family) {
  return family == Family::kfence || family == Family::kcsan || family == Family::kmsan ||
         family == Family::ubsan;
}

// A frame that only the stack of a KASAN report has.
bool reports_kasan(const Line& line, std::string_view body) {
  if (line.text.front() != ' ' && body.front() != '[') return false;
  if (body.front() == '[') body.remove_prefix(std::min(body.find("] ") + 2, body.size()));
  return body.starts_with("kasan_report") || body.starts_with("print_report+") ||
         body.starts_with("print_address_description");
}

// A KASAN report whose call trace has not come.
bool wants_kasan_stack(const ReportBuilder& open) {
  const auto& report = open.so_far();
  return report.family == Family::kasan &&
         rank_of(report, open.open_stack(), open.shadow_rows()) < first_stack(Order::kasan);
}

bool is_of_a_stack(const Line& line, std::string_view body) {
  return (line.text.front() == ' ' && may_be_frame(body)) || is_register_dump(body);
}

}  // namespace

Demuxer::Demuxer(FrameTable& frames) : frames_(std::make_unique<DemuxFrames>(frames)) {}
Demuxer::~Demuxer() = default;

void Demuxer::begin_input() {
  held_.clear();
  stored_.clear();
  search_.reset();
  known_.clear();  // what was read before must not decide
  doublings_ = 0;
  next_try_ = 0;
}

void Demuxer::learn(const Report& report) {
  for (const auto& trace : report.traces) {
    if (known_.size() >= kMaxKnown) known_.pop_front();
    known_.push_back(trace.frames);
  }
}

bool Demuxer::may_begin(std::string_view body, const ReportBuilder& open) {
  const auto family = open.so_far().family;
  switch (body.front()) {
    case '=':
      return is_ruler(trim_right(body), '=') &&
             (family == Family::kasan ? !kasan_may_end(open)
                                      : has_rulers(family) && open.so_far().comm.empty());
    case '[':
      return body.find(" overwritten] 0x") != std::string_view::npos;
    case '-':
      return family == Family::slub && body.starts_with("------------[ cut here ]");
    default:
      return false;
  }
}

bool Demuxer::may_supersede(std::string_view body, const ReportBuilder& open) {
  const auto family = open.so_far().family;
  const bool known = body.starts_with("BUG: KASAN: ") || is_ruler(trim_right(body), '=');
  // Splats of other families follow one another without an end of their own: no sign of two at once.
  if (family != Family::kasan && family != Family::slub && !known) return false;
  return known || body.starts_with("BUG ") || begins_splat(without_tags(body));
}

void Demuxer::start(const ReportBuilder& open, const Line& line) {
  open_ = &open;
  newest_.reset();
  newest_rank_ = 0;
  title_goes_on_ = false;
  held_.reserve(kUntitled);
  stored_.reserve(kUntitled * kUsualLine);
  read_sign(line);
  keep(line);
}

void Demuxer::keep(const Line& line) {
  held_.push_back({line, kNobody});
  stored_.insert(stored_.end(), line.raw.begin(), line.raw.end());
  stored_.insert(stored_.end(), line.text.begin(), line.text.end());
}

void Demuxer::restore_views() {
  const char* at = stored_.data();
  for (auto& held : held_)
    for (auto* view : {&held.line.raw, &held.line.text}) {
      *view = {at, view->size()};
      at += view->size();
    }
}

// The same fault in other words, or the WARNING that the title's line is raised by.
bool Demuxer::is_more_of_newest(const FoundSplat& found) const {
  return newest_rule_ != nullptr &&
         (is_same_fault(newest_rule_->family, found) || found.is_warning_of(*newest_rule_));
}

// What a line tells of the report that began last. Titles, and sections out of its order, tell something.
Demuxer::Sign Demuxer::read_sign(const Line& line) {
  const auto body = trim_right(trim_left(line.text));
  if (body.empty()) return Sign::none;
  const auto* section = find_section(body);
  if (newest_ == Order::other && reports_kasan(line, body) && wants_kasan_stack(*open_)) return Sign::two;
  if (section == nullptr) {
    if (newest_ && newest_rank_ < first_stack(*newest_) && is_of_a_stack(line, body)) return Sign::two;
    if (line.text.front() == ' ') return Sign::none;
    const auto bare = without_tags(body);
    const auto found = find_splat(bare);
    if (!found && !body.starts_with("BUG") && !begins_untabled(bare)) return Sign::none;
    if (is_slubs_own(body) && open_->so_far().family == Family::slub) {
      newest_ = Order::slub;
      newest_rank_ = kCutHereRank;
      return Sign::none;
    }
    if (newest_) {
      const bool other = *newest_ == Order::other;
      if (found && (found->alone || (other && found->rule->consequence != Consequence::no)))
        return Sign::none;
      if (std::exchange(title_goes_on_, is_title_inlined(body)) &&
          (found || body.starts_with("BUG: KASAN: "))) {
        if (found) newest_rule_ = found->rule;
        return Sign::none;
      }
      if (found && other && is_more_of_newest(*found)) return Sign::none;
      return found && is_same_fault(open_->so_far().family, *found) ? Sign::two : Sign::other_begins;
    }
    newest_rule_ = found ? found->rule : nullptr;
    title_goes_on_ = is_title_inlined(body) || body.find("cut here ]") != std::string_view::npos;
    newest_ = body.starts_with("BUG: KASAN: ") ? Order::kasan
              : body.starts_with("BUG ")       ? Order::slub
                                               : Order::other;
    return Sign::none;
  }
  const auto first = order_of(open_->so_far().family);
  if (section->rank(first) < 0) {
    if (newest_) newest_rank_ = std::max(newest_rank_, section->rank(*newest_));
    return Sign::none;
  }
  // A ruler alone ends reports of many families.
  if (!newest_) return first == Order::other ? Sign::none : Sign::two;
  const int rank = section->rank(*newest_);
  if (rank < 0) return Sign::two;
  if (*newest_ != Order::other && (rank < newest_rank_ || (rank == newest_rank_ && is_once(rank))))
    return Sign::two;
  newest_rank_ = std::max(newest_rank_, rank);
  return Sign::none;
}

bool Demuxer::add(const Line& line) {
  if (!search_) {
    const auto sign = read_sign(line);
    if (sign == Sign::other_begins) return false;
    if (sign == Sign::two) {
      search_ = std::make_unique<DemuxSearch>(*frames_, *open_, known_);
      restore_views();
      for (const auto& held : held_) search_->add(held.line);
    }
  }
  if (search_) search_->add(line);
  keep(line);
  return true;
}

bool Demuxer::settled() const {
  if (held_.size() >= kMaxLines) return true;
  return search_ ? search_->settled() : held_.size() >= (newest_ ? kUnproven : kUntitled);
}

Demuxer::Division Demuxer::finish() {
  Division division;
  if (const auto search = std::exchange(search_, nullptr)) {
    auto found = search->finish();
    division.divided = found.interleaved;
    division.doubtful = std::move(found.doubtful);
    for (std::size_t i = 0; i < held_.size(); ++i) held_[i].owner = found.owners[i];
    doublings_ = std::clamp(doublings_ + (division.divided ? -1 : 1), -kCredit, kMostDoublings);
    if (doublings_ > 0) next_try_ = held_.back().line.number + (kLetPass << doublings_);
  }
  restore_views();
  division.lines = std::exchange(held_, {});
  division.stored = std::exchange(stored_, {});
  open_ = nullptr;
  return division;
}

}  // namespace parser
