#include "cli/suppressions.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/trimmed.h"

namespace cli {
namespace {

std::optional<Suppressions::Rule::Of> what_of(std::string_view word) {
  using Of = Suppressions::Rule::Of;
  if (word == "title") return Of::title;
  if (word == "guilty") return Of::guilty;
  if (word == "line") return Of::line;
  return std::nullopt;
}

bool takes(const Suppressions::Rule& rule, const re2::RE2& pattern, const parser::Report& report,
           std::string_view text) {
  const auto matches = [&pattern](std::string_view words) {
    return re2::RE2::PartialMatch(re2::StringPiece(words.data(), words.size()), pattern);
  };
  switch (rule.of) {
    case Suppressions::Rule::Of::title:
      return matches(report.title) ||
             std::any_of(report.alt_titles.begin(), report.alt_titles.end(), matches);
    case Suppressions::Rule::Of::guilty:
      return !report.guilty.empty() && matches(report.guilty);
    case Suppressions::Rule::Of::line:
      break;
  }
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (matches(line)) return true;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

}  // namespace

Suppressions::Suppressions() = default;
Suppressions::~Suppressions() = default;
Suppressions::Suppressions(Suppressions&&) noexcept = default;
Suppressions& Suppressions::operator=(Suppressions&&) noexcept = default;

std::vector<std::string> Suppressions::read(const std::string& file, std::string_view text) {
  std::vector<std::string> errors;
  std::vector<Rule> rules;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const auto raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(raw.size() + 1, text.size()));
    const auto line = trimmed(raw);
    if (line.empty() || line.front() == '#') continue;
    const auto wrong = [&](const std::string& why) {
      errors.push_back(file + ":" + std::to_string(number) + ": " + why);
    };
    const auto blank = std::min(line.find_first_of(" \t"), line.size());
    const auto of = what_of(line.substr(0, blank));
    if (!of) {
      wrong("expected title, guilty or line, then a pattern, \" -- \" and the reason");
      continue;
    }
    const auto rest = trimmed(line.substr(blank));
    const auto dashes = rest.rfind(" -- ");
    const auto pattern = trimmed(rest.substr(0, dashes));
    const auto reason =
        dashes == std::string_view::npos ? std::string_view{} : trimmed(rest.substr(dashes + 4));
    if (pattern.empty() || reason.empty()) {
      wrong("a suppression needs a pattern, \" -- \" and a reason");
      continue;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes of a log need not be UTF-8
    auto compiled = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
    if (!compiled->ok()) {
      wrong("pattern " + std::string(pattern) + ": " + compiled->error());
      continue;
    }
    rules.push_back({file, number, *of, std::string(pattern), std::string(reason)});
    patterns.push_back(std::move(compiled));
  }
  if (!errors.empty()) return errors;
  std::move(rules.begin(), rules.end(), std::back_inserter(rules_));
  std::move(patterns.begin(), patterns.end(), std::back_inserter(patterns_));
  return errors;
}

std::optional<std::size_t> Suppressions::find(const parser::Report& report, std::string_view text) const {
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (takes(rules_[i], *patterns_[i], report, text)) return i;
  return std::nullopt;
}

}  // namespace cli
