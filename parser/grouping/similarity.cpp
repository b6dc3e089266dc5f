#include "parser/grouping/similarity.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace parser {
namespace {

// The prior weighs as much as this many subjects; of those, each unknown function stands in one half.
constexpr double kPriorSubjects = 500;
constexpr double kUnknownShare = 0.001;
// A function ten places from the fault counts about half.
constexpr double kPositionScale = 14;
// Two matched functions whose places differ count less: by this for each place.
constexpr double kShiftScale = 30;

}  // namespace

FunctionWeights::FunctionWeights(const std::vector<const Subject*>& subjects) {
  std::set<std::string_view> of_one;
  for (const auto* subject : subjects) {
    of_one.clear();
    for (const auto& stack : subject->stacks()) of_one.insert(stack.functions.begin(), stack.functions.end());
    for (const auto function : of_one) {
      const auto [known, fresh] = ids_.try_emplace(function, static_cast<Function>(names_.size()));
      if (fresh) {
        names_.push_back(function);
        counts_.push_back(0);
      }
      ++counts_[known->second];
    }
  }
  rarity_.reserve(names_.size());
  const auto all = static_cast<double>(subjects.size()) + kPriorSubjects;
  for (Function i = 0; i < names_.size(); ++i) {
    const auto generic = generic_share(names_[i]);
    generic_.push_back(generic > 0);
    const auto share = std::max(generic, kUnknownShare);
    rarity_.push_back(std::log(all / (counts_[i] + kPriorSubjects * share)));
  }
}

WeightedStack::WeightedStack(const FunctionStack& stack, const FunctionWeights& weights) {
  entries_.reserve(stack.functions.size());
  for (std::uint32_t i = 0; i < stack.functions.size(); ++i) {
    const auto function = weights.id(stack.functions[i]);
    const auto weight =
        std::max(0.0, weights.rarity(function)) * std::exp(-static_cast<double>(i) / kPositionScale);
    entries_.push_back({function, i, weight, weights.generic(function)});
    total_ += weight;
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.function != b.function ? a.function < b.function : a.position < b.position;
  });
}

WeightedStack::Result WeightedStack::compare(const WeightedStack& other, bool want_matches) const {
  Result result;
  const auto total = total_ + other.total_;
  if (total <= 0) return result;
  // The n-th time that a function stands in one stack is matched with the n-th time in the other.
  for (auto a = entries_.begin(), b = other.entries_.begin();
       a != entries_.end() && b != other.entries_.end();) {
    if (a->function != b->function) {
      if (a->function < b->function)
        ++a;
      else
        ++b;
      continue;
    }
    const auto shift = a->position > b->position ? a->position - b->position : b->position - a->position;
    const auto share = (a->weight + b->weight) / total * std::exp(-static_cast<double>(shift) / kShiftScale);
    result.similarity += share;
    result.telling += a->generic ? 0 : 1;
    if (want_matches) result.matches.push_back({a->function, share});
    const auto function = a->function;
    ++a;
    ++b;
    // What one stack has more often than the other stays unmatched.
    const bool more_a = a != entries_.end() && a->function == function;
    const bool more_b = b != other.entries_.end() && b->function == function;
    if (more_a != more_b) {
      while (a != entries_.end() && a->function == function) ++a;
      while (b != other.entries_.end() && b->function == function) ++b;
    }
  }
  std::sort(result.matches.begin(), result.matches.end(), [](const Match& a, const Match& b) {
    return a.share != b.share ? a.share > b.share : a.function < b.function;
  });
  return result;
}

std::vector<FunctionWeights::Function> WeightedStack::heaviest(std::size_t count) const {
  auto entries = entries_;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.function < b.function;
  });
  std::vector<FunctionWeights::Function> functions;
  for (const auto& entry : entries) {
    if (functions.size() == count) break;
    if (std::find(functions.begin(), functions.end(), entry.function) == functions.end())
      functions.push_back(entry.function);
  }
  return functions;
}

}  // namespace parser
