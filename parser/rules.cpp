#include "parser/rules.h"

#include <algorithm>

#include "parser/depot_sections.h"
#include "parser/kasan.h"
#include "parser/slub.h"

namespace parser {

std::optional<std::size_t> RuleTable::match(std::string_view text, Groups& groups) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!text.starts_with(rules_[i].starts) || text.find(rules_[i].holds) == std::string_view::npos) continue;
    std::array<re2::StringPiece, kMaxGroups + 1> found;
    const auto wanted = std::min(patterns_[i]->NumberOfCapturingGroups(), static_cast<int>(kMaxGroups));
    if (!patterns_[i]->Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_BOTH, found.data(),
                             wanted + 1))
      continue;
    groups.fill({});
    for (std::size_t g = 0; g < static_cast<std::size_t>(wanted); ++g)
      groups[g] = {found[g + 1].data(), found[g + 1].size()};
    return i;
  }
  return std::nullopt;
}

std::vector<NamedTable> rule_tables() {
  return {{"depot sections", &depot_section_rules()}, {"kasan", &kasan_rules()}, {"slub", &slub_rules()}};
}

}  // namespace parser
