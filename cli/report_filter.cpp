#include "cli/report_filter.h"

#include <re2/re2.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

namespace cli {
namespace {

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parser::kFamilies; ++i)
    names.emplace_back(parser::family_name(static_cast<parser::Family>(i)));
  return names;
}

// "12", "12.345678": seconds since boot, as microseconds.
std::optional<std::int64_t> read_kernel_time(std::string_view text) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  constexpr double kMost = 1e12;
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0) || seconds > kMost)
    return std::nullopt;
  return std::llround(seconds * 1e6);
}

}  // namespace

void setup_report_filter(CLI::App& app, ReportFilterOptions& options) {
  app.add_option("--family", options.families,
                 "Only reports of these: kasan,slub,... (the depot is measured whole)")
      ->delimiter(',')
      ->check(CLI::IsMember(family_names()))
      ->allow_extra_args(false)
      ->take_all()
      ->type_name("LIST");
  app.add_option("--title", options.title, "Only reports with a title that matches")->type_name("RE");
  app.add_option(
         "--since", options.since,
         "Only reports from then on: seconds since boot (120.5), or a date and time (2024-01-25 17:37, "
         "2024-01-25T17:37:24+01:00) for logs that have them; reports without such a time stay")
      ->type_name("TIME");
}

ReportFilter::ReportFilter() = default;
ReportFilter::~ReportFilter() = default;

std::optional<std::string> ReportFilter::set(const ReportFilterOptions& options) {
  const auto names = family_names();
  for (const auto& name : options.families) {
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) return "--family " + name + ": no such family";
    families_.push_back(static_cast<parser::Family>(known - names.begin()));
  }
  if (!options.title.empty()) {
    re2::RE2::Options how;
    how.set_log_errors(false);
    how.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes of a log need not be UTF-8
    title_ = std::make_unique<re2::RE2>(options.title, how);
    if (!title_->ok()) return "--title " + options.title + ": " + title_->error();
  }
  if (!options.since.empty()) {
    kernel_time_us_ = read_kernel_time(options.since);
    if (!kernel_time_us_) {
      std::string_view rest = options.since;
      wall_time_ = parser::read_iso_time(rest);
      if (!wall_time_ || !rest.empty())
        return "--since " + options.since +
               ": expected seconds since boot, e.g. 120.5, or a date and time, e.g. 2024-01-25 17:37";
    }
  }
  return std::nullopt;
}

bool ReportFilter::title_matches(const parser::Report& report) const {
  const auto matches = [&](const std::string& title) { return re2::RE2::PartialMatch(title, *title_); };
  return matches(report.title) || std::any_of(report.alt_titles.begin(), report.alt_titles.end(), matches);
}

bool ReportFilter::takes(const parser::Report& report) const {
  if (!families_.empty() && std::find(families_.begin(), families_.end(), report.family) == families_.end())
    return false;
  if (title_ && !title_matches(report)) return false;
  if (kernel_time_us_ && report.time_us && *report.time_us < *kernel_time_us_) return false;
  return !wall_time_ || !report.wall_time || parser::compare_times(*report.wall_time, *wall_time_) >= 0;
}

bool ReportFilter::lacks_time(const parser::Report& report) const {
  return (kernel_time_us_ && !report.time_us) || (wall_time_ && !report.wall_time);
}

}  // namespace cli
