// How alike two stacks are, in time linear in their lengths: equal functions are matched in order, each
// counts by how rare it is and by how near it stands to the fault. After FaST (Rodrigues et al., 2022), with
// a prior in place of a large history: a run may hold three stacks only.
#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/grouping/subject.h"

namespace parser {

// How rare functions are, among the subjects of a run and by what is known of kernels. Views point to the
// subjects' stacks.
class FunctionWeights {
 public:
  using Function = std::uint32_t;

  explicit FunctionWeights(const std::vector<const Subject*>& subjects);

  [[nodiscard]] Function id(std::string_view function) const { return ids_.at(function); }
  [[nodiscard]] std::string_view name(Function function) const { return names_[function]; }
  // In how many subjects it stands.
  [[nodiscard]] std::uint32_t subjects(Function function) const { return counts_[function]; }
  // Inverse document frequency: 0 for what stands in every stack, about 7 for what was seen once.
  [[nodiscard]] double rarity(Function function) const { return rarity_[function]; }
  // It may stand in any stack, whatever the bug.
  [[nodiscard]] bool generic(Function function) const { return generic_[function]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::unordered_map<std::string_view, Function> ids_;
  std::vector<std::string_view> names_;
  std::vector<std::uint32_t> counts_;
  std::vector<double> rarity_;
  std::vector<bool> generic_;
};

// A stack made ready for comparing.
class WeightedStack {
 public:
  WeightedStack(const FunctionStack& stack, const FunctionWeights& weights);

  struct Match {
    FunctionWeights::Function function = 0;
    double share = 0;  // of the whole similarity
  };
  struct Result {
    double similarity = 0;       // 0 .. 1; symmetric
    std::size_t telling = 0;     // matched functions that are not generic
    std::vector<Match> matches;  // heaviest first; only if asked for
  };
  [[nodiscard]] Result compare(const WeightedStack& other, bool want_matches = false) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Those that weigh most, for finding candidates.
  [[nodiscard]] std::vector<FunctionWeights::Function> heaviest(std::size_t count) const;

 private:
  struct Entry {
    FunctionWeights::Function function;
    std::uint32_t position;
    double weight;
    bool generic;
  };
  std::vector<Entry> entries_;  // by function, then position
  double total_ = 0;
};

// How likely a function stands in any kernel stack whatever the bug, 0..1; 0 where nothing is known.
double generic_share(std::string_view function);

}  // namespace parser
