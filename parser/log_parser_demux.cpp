// The part of LogParser that hands lines without a caller to the demuxer and takes them back.
#include <algorithm>
#include <utility>
#include <vector>

#include "parser/log_parser.h"
#include "parser/scan.h"

namespace parser {

// Whether a line without a caller may be the first of a second report, with more of the open one to follow.
// `answer`: what the open one says to it, or taken before it was asked.
bool LogParser::may_be_anothers(const Context& context, const Line& line, std::string_view body,
                                ReportBuilder::Answer answer) const {
  if (context.caller.known() || body.empty() || replaying_ || !demuxer_.worth_trying(line.number))
    return false;
  if (answer == ReportBuilder::Answer::taken)
    return (body.front() == '=' || body.front() == '-' || body.front() == '[') &&
           Demuxer::may_begin(body, *context.report);
  return Demuxer::may_supersede(body, *context.report);
}

void LogParser::release_held() {
  const auto division = demuxer_.finish();
  replaying_ = true;
  for (const auto& [line, owner] : division.lines) {
    if (division.divided)
      take_divided(line, owner, owner >= 0 && division.doubtful[static_cast<std::size_t>(owner)]);
    else
      take_line(line);
  }
  replaying_ = false;
  if (division.divided) keep_newest_inferred();
}

void LogParser::take_divided(const Line& line, int owner, bool doubtful) {
  if (owner < 0 && trim_left(line.text).empty()) return;
  auto owned = line;
  if (owner != 0)
    owned.caller = {'?', static_cast<std::uint32_t>(owner < 0 ? Demuxer::kMaxReports - owner : owner)};
  if (auto* context = owner < 0 ? nullptr : find_context(owned.caller.key())) {
    context->inferred = true;
    if (doubtful && context->report) context->report->doubt(other_title_ > context->report->so_far().line);
  }
  // What has no prefix continues the last line; here it is known whose it is.
  if (!line.prefixed) last_key_ = owned.caller.key();
  take_line(owned);
}

// Lines that come after a division go to the one report that is still open.
void LogParser::keep_newest_inferred() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> open;  // (first line, key)
  std::vector<std::uint64_t> over;
  for (const auto& [key, context] : contexts_) {
    if (context.caller.inferred() && context.caller.id > Demuxer::kMaxReports)
      over.push_back(key);  // nobody's lines
    else if (key == 0 || context.caller.inferred())
      open.emplace_back(context.first_line(), key);
  }
  std::sort(open.begin(), open.end());
  for (std::size_t i = 0; i + 1 < open.size(); ++i) over.push_back(open[i].second);
  for (const auto key : over) {
    auto& context = contexts_.at(key);
    if (context.report) close_report(context, ReportBuilder::Close::superseded);
    close_stray(context);
    contexts_.erase(key);
  }
  latest_ = nullptr;
  if (open.empty()) return;
  auto node = contexts_.extract(open.back().second);
  node.key() = 0;
  node.mapped().caller = {};
  contexts_.insert(std::move(node));
}

}  // namespace parser
