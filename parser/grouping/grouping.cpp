#include "parser/grouping/grouping.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "parser/grouping/similarity.h"
#include "parser/title.h"

namespace parser {
namespace {

// An alternative title that so many titles have is a place where all kinds of bugs surface.
constexpr std::size_t kMaxTitlesOfAlternative = 16;
// Of each stack so many functions look for subjects to compare with.
constexpr std::size_t kProbes = 6;
// A function that stands in more subjects finds none: comparing all of them would take quadratic time.
constexpr std::size_t kMaxPostings = 32;
constexpr std::size_t kMaxCandidates = 500'000;
// Shorter stacks do not decide.
constexpr std::size_t kFewestFunctions = 4;
// So many functions that are not generic must be in both: all drivers of a bus share the way to their probe.
constexpr std::size_t kFewestTelling = 2;
constexpr std::size_t kShownFunctions = 5;

// "bad-access in memcpy": all of its callers' bugs, not one.
bool names_primitive(std::string_view title) {
  const auto in = title.rfind(" in ");
  return in != std::string_view::npos && is_skipped_function(title.substr(in + 4));
}

// Linked pairs, by the subjects' places in canonical order.
struct Link {
  double strength = 0;  // 2 and more by titles, else the stacks' similarity
  Comparison what;
};
using Pair = std::pair<std::size_t, std::size_t>;

// Each pair once; if there are more than can be compared in seconds, those that were found most often.
std::vector<Pair> most_shared(std::vector<Pair> found) {
  std::sort(found.begin(), found.end());
  std::vector<std::pair<std::size_t, Pair>> counted;
  for (const auto& pair : found) {
    if (counted.empty() || counted.back().second != pair) counted.emplace_back(0, pair);
    ++counted.back().first;
  }
  if (counted.size() > kMaxCandidates) {
    std::stable_sort(counted.begin(), counted.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    counted.resize(kMaxCandidates);
  }
  std::vector<Pair> pairs;
  for (const auto& [count, pair] : counted) pairs.push_back(pair);
  return pairs;
}

class Linker {
 public:
  Linker(const std::vector<const Subject*>& subjects, const GroupingOptions& options)
      : subjects_(subjects), options_(options), weights_(subjects) {
    for (const auto* subject : subjects_) {
      auto& stacks = stacks_.emplace_back();
      for (const auto& stack : subject->stacks())
        if (stack.functions.size() >= kFewestFunctions) stacks.emplace_back(stack, weights_);
    }
  }

  void link_titles();
  void link_stacks();

  const std::map<Pair, Link>& links() const { return links_; }
  std::vector<Comparison> over, under;

 private:
  Comparison compare(std::size_t a, std::size_t b) const;

  const std::vector<const Subject*>& subjects_;
  const GroupingOptions& options_;
  FunctionWeights weights_;
  std::vector<std::vector<WeightedStack>> stacks_;  // by subject
  std::map<Pair, Link> links_;
};

void Linker::link_titles() {
  std::map<std::string_view, std::vector<std::size_t>> having;
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    // A title is shared by those with another detail; these are told apart on purpose.
    if (subjects_[i]->label() == subjects_[i]->title()) having[subjects_[i]->title()].push_back(i);
    for (const auto& alt : subjects_[i]->alt_titles())
      if (alt != subjects_[i]->title() && !names_primitive(alt)) having[alt].push_back(i);
  }
  for (const auto& [title, all] : having) {
    if (all.size() < 2 || all.size() > kMaxTitlesOfAlternative) continue;
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        const Pair pair = std::minmax(all[i], all[j]);
        auto& link = links_[pair];
        link.strength += link.strength == 0 ? 2 : 1;
        if (link.what.shared_title.empty()) link.what = {pair.first, pair.second, std::string(title), 0, {}};
      }
  }
}

Comparison Linker::compare(std::size_t a, std::size_t b) const {
  Comparison result{a, b, {}, 0, {}};
  const WeightedStack* of_a = nullptr;
  const WeightedStack* of_b = nullptr;
  for (const auto& left : stacks_[a])
    for (const auto& right : stacks_[b]) {
      const auto found = left.compare(right);
      if (found.telling < kFewestTelling) continue;
      if (of_a != nullptr && found.similarity <= result.similarity) continue;
      result.similarity = found.similarity;
      of_a = &left;
      of_b = &right;
    }
  if (of_a == nullptr) return result;
  const auto matches = of_a->compare(*of_b, true).matches;
  for (std::size_t i = 0; i < std::min(kShownFunctions, matches.size()); ++i)
    result.deciding.push_back({std::string(weights_.name(matches[i].function)),
                               matches[i].share / result.similarity, weights_.subjects(matches[i].function)});
  return result;
}

void Linker::link_stacks() {
  std::vector<std::vector<std::size_t>> postings(weights_.size());
  for (std::size_t i = 0; i < subjects_.size(); ++i)
    for (const auto& stack : stacks_[i])
      for (const auto function : stack.heaviest(kProbes)) {
        auto& list = postings[function];
        if (list.empty() || list.back() != i) list.push_back(i);
      }
  std::vector<Pair> candidates;
  for (const auto& list : postings) {
    if (list.size() > kMaxPostings) continue;
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t j = i + 1; j < list.size(); ++j)
        if (subjects_[list[i]]->family() == subjects_[list[j]]->family())
          candidates.emplace_back(list[i], list[j]);
  }
  candidates = most_shared(std::move(candidates));

  for (const auto& [a, b] : candidates) {
    // What is told apart by its detail is not joined again by the stack that found it.
    if (subjects_[a]->title() == subjects_[b]->title() || links_.count({a, b}) > 0) continue;
    auto found = compare(a, b);
    if (found.similarity >= options_.threshold) {
      if (options_.explain > 0) over.push_back(found);
      links_[{a, b}] = {found.similarity, std::move(found)};
    } else if (options_.explain > 0 && found.similarity > 0) {
      under.push_back(std::move(found));
    }
  }
  const auto shorten = [this](std::vector<Comparison>& pairs, bool rising) {
    std::stable_sort(pairs.begin(), pairs.end(), [rising](const Comparison& x, const Comparison& y) {
      return rising ? x.similarity < y.similarity : x.similarity > y.similarity;
    });
    if (pairs.size() > options_.explain) pairs.resize(options_.explain);
  };
  shorten(over, true);
  shorten(under, false);
}

// Complete linkage: the strongest links first, and two groups become one only if all their subjects are
// linked.
class Clusters {
 public:
  explicit Clusters(std::size_t count) : of_(count), members_(count) {
    std::iota(of_.begin(), of_.end(), std::size_t{0});
    for (std::size_t i = 0; i < count; ++i) members_[i] = {i};
  }

  bool join(const std::map<Pair, Link>& links, std::size_t a, std::size_t b) {
    const auto left = of_[a];
    const auto right = of_[b];
    if (left == right) return false;
    for (const auto x : members_[left])
      for (const auto y : members_[right])
        if (links.count(std::minmax(x, y)) == 0) return false;
    for (const auto y : members_[right]) of_[y] = left;
    members_[left].insert(members_[left].end(), members_[right].begin(), members_[right].end());
    members_[right].clear();
    return true;
  }

  const std::vector<std::vector<std::size_t>>& members() const { return members_; }
  std::size_t of(std::size_t subject) const { return of_[subject]; }

 private:
  std::vector<std::size_t> of_;
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace

Grouping group_subjects(const std::vector<const Subject*>& subjects, const GroupingOptions& options) {
  // In canonical order nothing that follows can depend on the order they came in.
  std::vector<std::size_t> order(subjects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return subjects[a]->label() < subjects[b]->label(); });
  std::vector<const Subject*> sorted;
  for (const auto i : order) sorted.push_back(subjects[i]);

  Linker linker(sorted, options);
  linker.link_titles();
  linker.link_stacks();

  std::vector<const Link*> strongest;
  for (const auto& [pair, link] : linker.links()) strongest.push_back(&link);
  std::stable_sort(strongest.begin(), strongest.end(),
                   [](const Link* a, const Link* b) { return a->strength > b->strength; });
  Clusters clusters(sorted.size());
  std::map<std::size_t, std::vector<Comparison>> reasons;  // by a subject of the group
  for (const auto* link : strongest)
    if (clusters.join(linker.links(), link->what.a, link->what.b))
      reasons[link->what.a].push_back(link->what);

  const auto original = [&](Comparison comparison) {
    comparison.a = order[comparison.a];
    comparison.b = order[comparison.b];
    return comparison;
  };
  Grouping result;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& members = clusters.members()[clusters.of(i)];
    if (*std::min_element(members.begin(), members.end()) != i) continue;
    SubjectGroup group;
    auto by_label = members;
    std::sort(by_label.begin(), by_label.end());
    for (const auto member : by_label) {
      group.subjects.push_back(order[member]);
      if (const auto found = reasons.find(member); found != reasons.end())
        for (const auto& why : found->second) group.links.push_back(original(why));
    }
    result.groups.push_back(std::move(group));
  }
  for (const auto& pair : linker.over) result.over.push_back(original(pair));
  for (const auto& pair : linker.under) result.under.push_back(original(pair));
  return result;
}

}  // namespace parser
