#include "cli/fail_on.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cli {
namespace {

std::optional<parser::Family> family_of(std::string_view name) {
  for (std::size_t i = 0; i < parser::kFamilies; ++i)
    if (parser::family_name(static_cast<parser::Family>(i)) == name) return static_cast<parser::Family>(i);
  return std::nullopt;
}

}  // namespace

std::variant<FailOn, std::string> read_fail_on(const std::string& text) {
  FailOn fail_on;
  bool never = false;
  std::size_t words = 0;
  constexpr std::string_view kSeverity = "severity>=";
  constexpr std::string_view kFamily = "family=";
  for (std::string_view rest = text;; ++words) {
    const auto word = rest.substr(0, rest.find(','));
    if (word == "new") {
      fail_on.fresh = true;
    } else if (word == "any") {
      fail_on.any = true;
    } else if (word == "never") {
      never = true;
    } else if (word.starts_with(kSeverity)) {
      const auto number = word.substr(kSeverity.size());
      int level = 0;
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), level);
      if (error != std::errc{} || end != number.data() + number.size() || level < parser::kLowestSeverity ||
          level > parser::kHighestSeverity)
        return std::string(word) + ": severity goes from " + std::to_string(parser::kLowestSeverity) +
               " to " + std::to_string(parser::kHighestSeverity);
      fail_on.severity = std::min(level, fail_on.severity.value_or(level));
    } else if (word.starts_with(kFamily)) {
      const auto family = family_of(word.substr(kFamily.size()));
      if (!family)
        return std::string(word) + ": no such family; kasan, slub, warning, ... as --format json has them";
      fail_on.families.push_back(*family);
    } else {
      return "\"" + std::string(word) + "\": expected new, any, never, severity>=N or family=NAME";
    }
    if (word.size() == rest.size()) break;
    rest.remove_prefix(word.size() + 1);
  }
  if (never && words > 0) return "\"never\" stands alone";
  return fail_on;
}

std::string FailOn::failure(const TriageResult& result) const {
  std::uint64_t fresh_groups = 0;
  std::uint64_t known = 0;
  for (const auto& group : result.groups) {
    if (group.status == GroupStatus::known && any) ++known;
    if (group.status != GroupStatus::fresh) continue;
    const bool counts = fresh || any || (severity && group.severity.level >= *severity) ||
                        std::find(families.begin(), families.end(), group.family) != families.end();
    if (counts) ++fresh_groups;
  }
  std::string text;
  if (fresh_groups > 0) text = std::to_string(fresh_groups) + " new";
  if (known > 0) text += (text.empty() ? "" : ", ") + std::to_string(known) + " known";
  return text;
}

}  // namespace cli
