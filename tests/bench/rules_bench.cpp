// The tables' rules over their own samples: by the matcher, and by RE2 with the same patterns.
#include <benchmark/benchmark.h>

#include <vector>

#include "parser/rules.h"
#include "parser/splat_rule.h"

namespace {

const std::vector<parser::LinePattern>& patterns() {
  static const auto patterns = [] {
    std::vector<parser::LinePattern> all;
    for (const auto& named : parser::rule_tables())
      for (const auto& rule : named.table->rules()) all.emplace_back(rule);
    for (const auto* splat : parser::splat_rules()) all.emplace_back(splat->rule);
    return all;
  }();
  return patterns;
}

template <bool (parser::LinePattern::*match)(std::string_view, parser::LineMatcher::Groups&) const>
void rules(benchmark::State& state) {
  parser::LineMatcher::Groups groups;
  for (auto _ : state)
    for (const auto& pattern : patterns())
      benchmark::DoNotOptimize((pattern.*match)(pattern.rule().sample, groups));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(patterns().size()));
}

BENCHMARK_TEMPLATE(rules, &parser::LinePattern::match)->Name("rules by the matcher");
BENCHMARK_TEMPLATE(rules, &parser::LinePattern::match_expression)->Name("rules by RE2");

}  // namespace

BENCHMARK_MAIN();
