#include "cli/triage_collector.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "cli/analysis.h"
#include "parser/grouping/severity.h"

namespace cli {
namespace {

// Names of tests and the like; a hostile log must not make them grow for ever.
constexpr std::size_t kMaxReasons = 64;
constexpr std::size_t kMaxKernels = 1000;
// Titles of one worker. Real runs have hundreds; each keeps an example.
constexpr std::size_t kMaxSubjects = 20'000;

// Of the keys of reports that were seen. Beyond it they are forgotten, and met anew.
constexpr std::size_t kMaxSeenBytes = std::size_t{8} * 1024 * 1024;

// Writes all that a subject takes from a report: equal keys, equal outcome.
void write_key(const parser::Report& report, ReportSort sort, const std::string& reason, std::string& key) {
  const auto number = [&key](auto value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
  const auto text = [&](std::string_view words) {
    number(words.size());
    key += words;
  };
  key.clear();
  number(sort);
  number(report.family);
  text(reason);
  text(report.title);
  text(report.guilty);
  text(report.type);
  text(report.object ? std::string_view(report.object->cache) : std::string_view());
  number(report.alt_titles.size());
  for (const auto& title : report.alt_titles) text(title);
  for (const auto& trace : report.traces) {
    if (!parser::is_telling(trace.role, report.family)) continue;
    number(trace.role);
    // What is not reliable tells nothing.
    const auto reliable =
        std::count_if(trace.frames.begin(), trace.frames.end(), [](const auto& ref) { return ref.reliable; });
    number(reliable);
    auto end = key.size();
    key.resize(end + static_cast<std::size_t>(reliable) * sizeof(parser::FrameId));
    for (const auto& ref : trace.frames) {
      if (!ref.reliable) continue;
      std::memcpy(key.data() + end, &ref.frame, sizeof ref.frame);
      end += sizeof ref.frame;
    }
  }
}

// Whether a report shows a bug better than another of the same title: whole ones first, then the first one.
bool shows_better(const parser::Report& a, const PlaceOfReport& at, const parser::Report& b,
                  const PlaceOfReport& other) {
  const bool whole = a.corrupted_reason.empty();
  if (whole != b.corrupted_reason.empty()) return whole;
  return at < other;
}

}  // namespace

void CollectedSubject::merge(CollectedSubject&& other) {
  subject.add(other.subject);
  count += other.count;
  first_in += other.first_in;
  logs.insert(logs.end(), other.logs.begin(), other.logs.end());
  places.insert(places.end(), std::make_move_iterator(other.places.begin()),
                std::make_move_iterator(other.places.end()));
  std::sort(places.begin(), places.end());
  if (places.size() > TriageGroup::kMaxPlaces) places.resize(TriageGroup::kMaxPlaces);
  if (last < other.last) last = std::move(other.last);
  kernels.merge(other.kernels);
  reasons.insert(other.reasons.begin(), other.reasons.end());
  if (std::pair(-other.severity.level, other.type) < std::pair(-severity.level, type)) {
    severity = other.severity;
    type = other.type;
  }
  if (shows_better(other.example, other.example_place, example, example_place)) {
    example = std::move(other.example);
    example_place = std::move(other.example_place);
    frames = other.frames;
  }
}

void CollectedSubject::add_kernel(const KernelFacts& kernel) {
  if (latest_kernel != nullptr && *latest_kernel == kernel) return;
  const auto known = kernels.find(kernel);
  // What is too much to remember counts as a kernel that does not say what it is.
  const bool full = kernels.size() >= kMaxKernels && known == kernels.end();
  latest_kernel = known != kernels.end() ? &*known : &*kernels.insert(full ? KernelFacts{} : kernel).first;
}

void CollectedSubject::add_place(const PlaceOfReport& at) {
  if (logs.empty() || !(logs.back() == at.log)) logs.push_back(at.log);
  if (last.input != nullptr && last.log == at.log)
    last.line = std::max(last.line, at.line);  // mostly; the name is shared by threads and dear to copy
  else if (last.input == nullptr || last < at)
    last = at;
  // Reports come as they end; what is asked for is where they begin.
  if (places.size() == TriageGroup::kMaxPlaces) {
    if (!(at < places.back())) return;
    places.pop_back();
  }
  places.insert(std::upper_bound(places.begin(), places.end(), at), at);
}

TriageCollector::TriageCollector(const Suppressions& suppressions, KernelFacts kernel,
                                 const ReportFilter* filter)
    : suppressions_(suppressions),
      given_(std::move(kernel)),
      filter_(filter),
      parser_(*this, {true}),
      suppressed_(suppressions.size()) {}

void TriageCollector::begin(LogId log, const std::string& name) {
  place_ = {log, nullptr, 0};
  name_ = name;
  kernel_ = given_;
  recognised_ = false;
  reports_ = 0;
  first_ = nullptr;
  parser_.begin_input(name);
}

bool TriageCollector::end() {
  parser_.finish_input();
  const auto& text = parser_.text_facts();
  if (reports_ == 0 && is_binary(text, recognised_)) return false;
  ++facts_.logs;
  facts_.bytes += text.bytes;
  facts_.lines += text.lines;
  if (reports_ > 0) ++facts_.logs_with_reports;
  if (first_ != nullptr) ++first_->first_in;
  return true;
}

void TriageCollector::on_boot(const parser::Boot& boot) {
  kernel_ = given_;
  if (kernel_.release.empty()) kernel_.release = boot.release;
  if (kernel_.arch.empty()) kernel_.arch = boot.arch;
}

void TriageCollector::on_report(parser::Report&& report, std::string_view text) {
  if (filter_ != nullptr && filter_->any()) {
    if (!filter_->takes(report)) {
      recognised_ = true;
      ++facts_.filtered_out;
      if (filtered_out_.size() < kMaxSubjects)
        filtered_out_.insert(parser::Subject(report, parser::title_detail(report, parser_.frames())).label());
      return;
    }
    if (filter_->lacks_time(report)) ++facts_.untimed;
  }
  ++reports_;
  ++facts_.reports;
  auto sort = ReportSort::finding;
  std::string reason;
  if (const auto rule = suppressions_.find(report, text)) {
    sort = ReportSort::suppressed;
    reason = suppressions_[*rule].reason;
    ++suppressed_[*rule];
  } else if (!report.expected_by.empty()) {
    sort = ReportSort::expected;
    reason = report.expected_by;
  }

  auto* const subject = subject_of(report, sort, reason);
  if (subject == nullptr) {
    ++facts_.left_out;
    return;
  }
  const bool fresh = ++subject->count == 1;
  if (kernel_.release.empty() && !report.kernel.empty())
    subject->add_kernel({report.kernel, kernel_.arch});
  else
    subject->add_kernel(kernel_);
  if (sort == ReportSort::finding && (first_ == nullptr || report.first_line < first_line_)) {
    first_ = subject;
    first_line_ = report.first_line;
  }
  if (!place_.input) place_.input = std::make_shared<const std::string>(name_);
  place_.line = report.line;
  subject->add_place(place_);
  if (fresh || shows_better(report, place_, subject->example, subject->example_place)) {
    subject->example = std::move(report);
    subject->example.text = text;
    subject->example_place = place_;
  }
}

CollectedSubject* TriageCollector::subject_of(const parser::Report& report, ReportSort sort,
                                              const std::string& reason) {
  write_key(report, sort, reason, seen_key_);
  if (const auto seen = seen_.find(seen_key_); seen != seen_.end()) return seen->second;
  auto* const subject = make_subject(report, sort, reason);
  if (subject == nullptr) return nullptr;
  if (seen_bytes_ + seen_key_.size() > kMaxSeenBytes) {
    seen_.clear();
    seen_bytes_ = 0;
  }
  seen_.emplace(seen_key_, subject);
  seen_bytes_ += seen_key_.size();
  return subject;
}

CollectedSubject* TriageCollector::make_subject(const parser::Report& report, ReportSort sort,
                                                const std::string& reason) {
  parser::Subject made(report, parser::title_detail(report, parser_.frames()));
  auto key = std::pair(sort, made.label());
  if (subjects_.size() >= kMaxSubjects && subjects_.find(key) == subjects_.end()) return nullptr;
  auto& subject = subjects_.try_emplace(std::move(key), std::move(made), &parser_.frames()).first->second;
  subject.subject.add(report, parser::function_stack(report, parser_.frames()));
  if (!reason.empty() && subject.reasons.size() < kMaxReasons) subject.reasons.insert(reason);
  if (const auto severity = parser::severity_of(report.family, report.type);
      subject.count == 0 ||
      std::pair(-severity.level, report.type) < std::pair(-subject.severity.level, subject.type)) {
    subject.severity = severity;
    subject.type = report.type;
  }
  return &subject;
}

void TriageCollector::merge(TriageCollector& other) {
  for (auto& [key, subject] : other.subjects_) {
    const auto [known, fresh] = subjects_.try_emplace(key, std::move(subject));
    if (!fresh) known->second.merge(std::move(subject));
  }
  filtered_out_.merge(other.filtered_out_);
  other.seen_.clear();
  other.subjects_.clear();
  facts_.logs += other.facts_.logs;
  facts_.logs_with_reports += other.facts_.logs_with_reports;
  facts_.bytes += other.facts_.bytes;
  facts_.lines += other.facts_.lines;
  facts_.reports += other.facts_.reports;
  facts_.left_out += other.facts_.left_out;
  facts_.filtered_out += other.facts_.filtered_out;
  facts_.untimed += other.facts_.untimed;
  for (std::size_t i = 0; i < suppressed_.size(); ++i) suppressed_[i] += other.suppressed_[i];
}

}  // namespace cli
