#include "parser/rules.h"

#include <algorithm>

#include "parser/depot_sections.h"
#include "parser/kasan.h"
#include "parser/slub.h"

namespace parser {

RuleTable::RuleTable(std::span<const Rule> rules) : rules_(rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    patterns_.push_back(compile(rules[i].pattern));
    const auto firsts = rules[i].starts.empty() ? rules[i].firsts : rules[i].starts.substr(0, 1);
    for (std::size_t first = 0; first < by_first_.size(); ++first)
      if (firsts.empty() || firsts.find(static_cast<char>(first)) != std::string_view::npos)
        by_first_[first].push_back(static_cast<std::uint8_t>(i));
  }
}

RuleTable::Pattern RuleTable::compile(const char* text) {
  Pattern pattern;
  pattern.literal = text;
  // Of what may follow nothing is wanted: to look at it would only cost time.
  pattern.open_end = pattern.literal.ends_with(".*") && !pattern.literal.ends_with("\\.*");
  if (pattern.open_end) pattern.literal.remove_suffix(2);
  if (pattern.literal.find_first_of("\\.*+?()[]{}|^$") == std::string_view::npos) return pattern;
  // Logs hold any bytes; read as UTF-8, a name with a bad one would match nothing.
  RE2::Options options(RE2::Latin1);
  options.set_log_errors(false);
  const re2::StringPiece shorn(pattern.literal.data(), pattern.literal.size());
  pattern.re = std::make_unique<RE2>(shorn, options);
  pattern.groups = std::min(pattern.re->NumberOfCapturingGroups(), static_cast<int>(kMaxGroups));
  return pattern;
}

bool RuleTable::matches(const Pattern& pattern, std::string_view text, Groups& groups) const {
  if (!pattern.re) {
    groups.fill({});
    return pattern.open_end ? text.starts_with(pattern.literal) : text == pattern.literal;
  }
  std::array<re2::StringPiece, kMaxGroups + 1> found;
  if (!pattern.re->Match({text.data(), text.size()}, 0, text.size(),
                         pattern.open_end ? RE2::ANCHOR_START : RE2::ANCHOR_BOTH, found.data(),
                         pattern.groups == 0 ? 0 : pattern.groups + 1))
    return false;
  groups.fill({});
  for (std::size_t g = 0; g < static_cast<std::size_t>(pattern.groups); ++g)
    groups[g] = {found[g + 1].data(), found[g + 1].size()};
  return true;
}

std::optional<std::size_t> RuleTable::match(std::string_view text, Groups& groups) const {
  if (text.empty()) return std::nullopt;
  for (const auto i : by_first_[static_cast<unsigned char>(text.front())]) {
    if (!text.starts_with(rules_[i].starts)) continue;
    if (!rules_[i].holds.empty() && text.find(rules_[i].holds) == std::string_view::npos) continue;
    if (matches(patterns_[i], text, groups)) return i;
  }
  return std::nullopt;
}

std::vector<NamedTable> rule_tables() {
  return {{"depot sections", &depot_section_rules()}, {"kasan", &kasan_rules()}, {"slub", &slub_rules()}};
}

}  // namespace parser
