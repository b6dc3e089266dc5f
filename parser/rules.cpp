#include "parser/rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "parser/depot_sections.h"
#include "parser/kasan.h"
#include "parser/scan.h"
#include "parser/slub.h"

namespace parser {

// Threads share the tables.
struct LinePattern::Expression {
  std::once_flag once;
  std::unique_ptr<RE2> re;
};

LinePattern::LinePattern(const Rule& rule)
    : holds_(trim_left(rule.holds)),
      rule_(&rule),
      pattern_(rule.pattern),
      expression_(std::make_unique<Expression>()) {
  // Of what may follow nothing is wanted: to look at it would only cost time.
  open_end_ = pattern_.ends_with(".*") && !pattern_.ends_with("\\.*");
  if (open_end_) pattern_.remove_suffix(2);
  auto matcher = LineMatcher::compile(pattern_, open_end_, rule.starts);
  has_matcher_ = matcher.has_value();
  if (matcher) matcher_ = std::move(*matcher);
}

LinePattern::~LinePattern() = default;
LinePattern::LinePattern(LinePattern&&) noexcept = default;
LinePattern& LinePattern::operator=(LinePattern&&) noexcept = default;

bool LinePattern::match(std::string_view text, Groups& groups) const {
  if (!holds_.empty() && text.find(holds_) == std::string_view::npos) return false;
  const auto answer = has_matcher_ ? matcher_.match(text, groups) : LineMatcher::Answer::gave_up;
  return answer == LineMatcher::Answer::gave_up ? match_expression(text, groups)
                                                : answer == LineMatcher::Answer::yes;
}

bool LinePattern::match_expression(std::string_view text, Groups& groups) const {
  std::call_once(expression_->once, [this] {
    // Logs hold any bytes; read as UTF-8, a name with a bad one would match nothing.
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    expression_->re = std::make_unique<RE2>(re2::StringPiece(pattern_.data(), pattern_.size()), options);
  });
  const auto& re = *expression_->re;
  const auto count =
      std::min(static_cast<std::size_t>(std::max(re.NumberOfCapturingGroups(), 0)), groups.size());
  std::array<re2::StringPiece, LineMatcher::kMaxGroups + 1> found;
  if (!re.Match({text.data(), text.size()}, 0, text.size(), open_end_ ? RE2::ANCHOR_START : RE2::ANCHOR_BOTH,
                found.data(), count == 0 ? 0 : static_cast<int>(count) + 1))
    return false;
  groups.fill({});
  for (std::size_t g = 0; g < count; ++g) groups[g] = {found[g + 1].data(), found[g + 1].size()};
  return true;
}

RuleTable::RuleTable(std::span<const Rule> rules) : rules_(rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    patterns_.emplace_back(rules[i]);
    const auto firsts = rules[i].starts.empty() ? rules[i].firsts : rules[i].starts.substr(0, 1);
    const Entry entry{Start(rules[i].starts), static_cast<std::uint8_t>(i)};
    for (const char first : firsts) by_first_[static_cast<unsigned char>(first)].push_back(entry);
    if (firsts.empty())
      for (auto& left : by_first_) left.push_back(entry);
  }
}

std::optional<std::size_t> RuleTable::match(std::string_view text, Groups& groups) const {
  if (text.empty()) return std::nullopt;
  const auto head = Start::head_of(text);
  for (const auto& [start, rule] : by_first_[static_cast<unsigned char>(text.front())])
    if (start.begins(text, head) && patterns_[rule].match(text, groups)) return rule;
  return std::nullopt;
}

std::vector<NamedTable> rule_tables() {
  return {{"depot sections", &depot_section_rules()}, {"kasan", &kasan_rules()}, {"slub", &slub_rules()}};
}

}  // namespace parser
