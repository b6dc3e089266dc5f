#include "cli/triage_groups.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "parser/functions.h"
#include "parser/grouping/signature.h"
#include "parser/kernel_image.h"

namespace cli {
namespace {

constexpr std::size_t kExplained = 10;  // pairs on each side of the threshold

GroupStatus status_of(ReportSort sort) {
  switch (sort) {
    case ReportSort::finding:
      return GroupStatus::fresh;
    case ReportSort::expected:
      return GroupStatus::expected;
    case ReportSort::suppressed:
      return GroupStatus::suppressed;
  }
  return GroupStatus::fresh;
}

// What tells the kernel of a report from others.
std::string kernel_of(const parser::Report& report) {
  parser::KernelImages images;
  images.feed(report.text);
  images.end_input();
  return images.build_ids().empty() ? report.kernel : *images.build_ids().begin();
}

// Frames of the workers' tables as the result's own. Frames of two kernels stay two, however they are
// printed: they are two places in the source.
class FrameMover {
 public:
  explicit FrameMover(parser::FrameTable& to) : to_(to) {}

  void move(parser::Report& report, const parser::FrameTable& from, const std::string& kernel) {
    auto& known = known_[{&from, kernel}];
    for (auto& trace : report.traces)
      for (auto& ref : trace.frames) {
        const auto [place, fresh] = known.try_emplace(ref.frame, 0);
        if (fresh) place->second = to_.adopt(from[ref.frame]);
        ref.frame = place->second;
      }
  }

 private:
  parser::FrameTable& to_;
  std::map<std::pair<const parser::FrameTable*, std::string>,
           std::unordered_map<parser::FrameId, parser::FrameId>>
      known_;
};

GroupTitle title_of(const CollectedSubject& collected) {
  GroupTitle title;
  title.label = collected.subject.label();
  title.title = collected.subject.title();
  title.signature = parser::signature_of(title.label);
  title.count = collected.count;
  title.anonymous = collected.subject.anonymous();
  title.kernels = collected.kernels;
  return title;
}

ReportPlace place_of(const PlaceOfReport& place, const CollectedSubject& collected) {
  return {*place.input, place.line, collected.subject.title()};
}

// The group's facts out of those of its members, the leading one first.
TriageGroup merged(const std::vector<CollectedSubject*>& members, GroupStatus status, FrameMover& mover) {
  auto& leader = *members.front();
  TriageGroup group;
  group.family = leader.subject.family();
  group.type = leader.type;
  group.severity = leader.severity;
  group.status = status;
  std::set<std::string> alt_titles;
  std::vector<LogId> logs;
  // With whose title each has.
  std::vector<std::pair<const PlaceOfReport*, const CollectedSubject*>> places;
  const CollectedSubject* last = nullptr;
  for (const auto* member : members) {
    group.titles.push_back(title_of(*member));
    alt_titles.insert(member->subject.alt_titles().begin(), member->subject.alt_titles().end());
    group.count += member->count;
    group.first_in += member->first_in;
    logs.insert(logs.end(), member->logs.begin(), member->logs.end());
    for (const auto& place : member->places) places.emplace_back(&place, member);
    if (last == nullptr || last->last < member->last) last = member;
    group.kernels.insert(member->kernels.begin(), member->kernels.end());
    for (const auto& reason : member->reasons)
      if (std::find(group.reasons.begin(), group.reasons.end(), reason) == group.reasons.end())
        group.reasons.push_back(reason);
  }
  for (const auto& title : group.titles) alt_titles.erase(title.title);
  group.alt_titles.assign(alt_titles.begin(), alt_titles.end());
  group.signature = group.titles.front().signature;
  group.title = group.titles.front().label;
  std::sort(logs.begin(), logs.end());
  group.logs = static_cast<std::uint64_t>(std::unique(logs.begin(), logs.end()) - logs.begin());
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return *a.first < *b.first; });
  if (places.size() > TriageGroup::kMaxPlaces) places.resize(TriageGroup::kMaxPlaces);
  for (const auto& [place, member] : places) group.places.push_back(place_of(*place, *member));
  group.last = place_of(last->last, *last);
  group.example_kernel = kernel_of(leader.example);
  mover.move(leader.example, *leader.frames, group.example_kernel);
  group.example = std::move(leader.example);
  group.example_place = place_of(leader.example_place, leader);
  return group;
}

}  // namespace

TriageResult make_groups(TriageCollector& collected, const Suppressions& suppressions,
                         const TriageGroupsOptions& options) {
  TriageResult result;
  const auto& facts = collected.facts();
  result.logs = facts.logs;
  result.logs_with_reports = facts.logs_with_reports;
  result.bytes = facts.bytes;
  result.lines = facts.lines;
  result.reports = facts.reports;
  result.left_out = facts.filtered_out;
  for (const auto& label : collected.filtered_out())
    result.left_out_signatures.insert(parser::signature_of(label));
  result.untimed = facts.untimed;
  result.threshold = options.threshold;
  for (std::size_t i = 0; i < suppressions.size(); ++i)
    result.suppressions.push_back({suppressions[i].file, suppressions[i].line, suppressions[i].pattern,
                                   suppressions[i].reason, collected.suppressed()[i]});

  FrameMover mover(result.frames);
  for (const auto sort : {ReportSort::finding, ReportSort::expected, ReportSort::suppressed}) {
    std::vector<CollectedSubject*> all;
    std::vector<const parser::Subject*> subjects;
    for (auto& [key, subject] : collected.subjects()) {
      if (key.first != sort) continue;
      all.push_back(&subject);
      subjects.push_back(&subject.subject);
    }
    const bool explain = options.explain && sort == ReportSort::finding;
    const auto grouping = parser::group_subjects(subjects, {options.threshold, explain ? kExplained : 0});
    std::vector<std::size_t> group_of(all.size());
    for (const auto& found : grouping.groups) {
      auto order = found.subjects;
      std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        // What comes first in its logs is the cause.
        const auto key = [&all](std::size_t i) {
          return std::make_tuple(-all[i]->severity.level, -static_cast<std::int64_t>(all[i]->first_in),
                                 -static_cast<std::int64_t>(all[i]->count), i);
        };
        return key(a) < key(b);
      });
      std::vector<CollectedSubject*> members;
      for (const auto i : order) {
        members.push_back(all[i]);
        group_of[i] = result.groups.size();
      }
      auto group = merged(members, status_of(sort), mover);
      const auto place_in = [&order](std::size_t subject) {
        return static_cast<std::size_t>(std::find(order.begin(), order.end(), subject) - order.begin());
      };
      group.links = found.links;
      for (auto& link : group.links) {
        link.a = place_in(link.a);
        link.b = place_in(link.b);
      }
      result.groups.push_back(std::move(group));
    }
    const auto near = [&](const std::vector<parser::Comparison>& pairs, std::vector<NearPair>& out) {
      for (const auto& pair : pairs)
        out.push_back({subjects[pair.a]->label(), subjects[pair.b]->label(), pair.similarity, pair.deciding,
                       group_of[pair.a] == group_of[pair.b]});
    };
    near(grouping.over, result.over);
    near(grouping.under, result.under);
  }
  sort_groups(result);
  return result;
}

void sort_groups(TriageResult& result) {
  std::sort(result.groups.begin(), result.groups.end(), [](const TriageGroup& a, const TriageGroup& b) {
    const auto key = [](const TriageGroup& group) {
      return std::make_tuple(group.status, -group.severity.level, -static_cast<std::int64_t>(group.logs),
                             -static_cast<std::int64_t>(group.count));
    };
    return key(a) != key(b) ? key(a) < key(b) : a.title < b.title;
  });
}

std::string_view status_name(GroupStatus status) {
  switch (status) {
    case GroupStatus::fresh:
      return "new";
    case GroupStatus::known:
      return "known";
    case GroupStatus::expected:
      return "expected";
    case GroupStatus::suppressed:
      return "suppressed";
  }
  return "";
}

std::uint64_t TriageResult::count(GroupStatus status) const {
  return static_cast<std::uint64_t>(std::count_if(
      groups.begin(), groups.end(), [status](const TriageGroup& group) { return group.status == status; }));
}

std::optional<SourcePlace> source_place(const TriageResult& result, const TriageGroup& group) {
  const auto& report = group.example;
  if (const auto* trace = parser::telling_trace(report, result.frames)) {
    for (std::size_t i = 0; i < trace->frames.size(); ++i) {
      if (!trace->frames[i].reliable) continue;
      const auto& frame = result.frames[trace->frames[i].frame];
      const auto symbol = parser::without_compiler_suffix(frame.symbol);
      // Of another function than the title's nobody would know why it is shown.
      if (report.guilty.empty() ? parser::is_skipped_function(symbol) : symbol != report.guilty) continue;
      const auto* answer =
          result.places.find(trace->frames[i].frame, holds_exact_pc(*trace, i, result.frames));
      if (answer != nullptr && answer->location && !answer->location->file.empty())
        return SourcePlace{answer->location->file, answer->location->line};
      if (!frame.file.empty()) return SourcePlace{std::string(frame.file), frame.line};
      break;
    }
  }
  if (!report.source_file.empty()) return SourcePlace{report.source_file, report.source_line};
  return std::nullopt;
}

}  // namespace cli
