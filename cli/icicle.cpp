#include "cli/icicle.h"

#include <algorithm>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cli/render/frame_text.h"

namespace cli {
namespace {

// Functions count, not places within them: what flame graphs add up.
class Names {
 public:
  explicit Names(const StackCollection& collection) : collection_(collection) {}

  std::uint32_t of(std::uint64_t word) {
    const auto [known, fresh] = by_word_.try_emplace(word, 0);
    if (fresh) {
      const auto& frame = collection_.frame(word);
      auto text = frame.symbol.empty() ? render::hex(frame.address) : std::string(frame.symbol);
      if (!frame.module.empty()) text.append(" [").append(frame.module).append("]");
      const auto [place, is_new] = by_text_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
      if (is_new) texts_.push_back(std::move(text));
      known->second = place->second;
    }
    return known->second;
  }
  const std::string& text(std::uint32_t name) const { return texts_[name]; }

 private:
  const StackCollection& collection_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_word_;
  std::unordered_map<std::string, std::uint32_t> by_text_;
  std::vector<std::string> texts_;
};

struct Group {
  std::vector<depot::StackId> stacks;
  std::uint64_t weight = 0;
  std::uint32_t name = 0;
  std::uint32_t depth = 0;
  double left = 0;
  std::uint64_t order = 0;  // of discovery, for groups of one weight
};

struct Lighter {
  bool operator()(const Group& a, const Group& b) const {
    return std::pair(a.weight, b.order) < std::pair(b.weight, a.order);
  }
};

}  // namespace

Icicle make_icicle(const StackCollection& collection, const std::vector<std::uint64_t>& weights,
                   const IcicleLimits& limits) {
  Icicle icicle;
  Names names(collection);
  Group root;
  for (depot::StackId id = 0; id < weights.size(); ++id) {
    if (weights[id] == 0) continue;
    root.stacks.push_back(id);
    icicle.total += std::min(weights[id], ~icicle.total);
  }
  if (icicle.total == 0) return icicle;

  std::priority_queue<Group, std::vector<Group>, Lighter> waiting;
  std::uint64_t order = 0;
  // What lies one frame further in, the heaviest first, side by side from the parent's left edge.
  const auto open = [&](const Group& parent, std::uint32_t depth) {
    std::unordered_map<std::uint32_t, std::size_t> place;
    std::vector<Group> inner;
    for (const auto id : parent.stacks) {
      const auto words = collection.words(id);
      if (words.size() <= depth) continue;
      const auto name = names.of(words[words.size() - 1 - depth]);
      const auto [known, fresh] = place.try_emplace(name, inner.size());
      if (fresh) {
        inner.emplace_back();
        inner.back().name = name;
      }
      auto& group = inner[known->second];
      group.stacks.push_back(id);
      group.weight += std::min(weights[id], ~group.weight);
    }
    std::stable_sort(inner.begin(), inner.end(), [&](const Group& a, const Group& b) {
      return a.weight != b.weight ? a.weight > b.weight : names.text(a.name) < names.text(b.name);
    });
    double left = parent.left;
    for (auto& group : inner) {
      const double share = static_cast<double>(group.weight) / static_cast<double>(icicle.total);
      group.depth = depth;
      group.left = left;
      group.order = order++;
      left += share;
      if (share < limits.least || depth >= limits.depth)
        icicle.pruned = true;
      else
        waiting.push(std::move(group));
    }
  };
  open(root, 0);
  while (!waiting.empty() && icicle.boxes.size() < limits.boxes) {
    const auto group = waiting.top();
    waiting.pop();
    icicle.boxes.push_back({names.text(group.name), group.depth, group.left, group.weight,
                            static_cast<std::uint64_t>(group.stacks.size())});
    open(group, group.depth + 1);
  }
  icicle.pruned = icicle.pruned || !waiting.empty();

  // A single deep stack would make a tall picture of nothing.
  std::vector<double> rows(limits.depth, 0);
  for (const auto& box : icicle.boxes)
    rows[box.depth] += static_cast<double>(box.weight) / static_cast<double>(icicle.total);
  while (icicle.depth < limits.depth && rows[icicle.depth] >= limits.least_row) ++icicle.depth;
  const auto deeper = std::remove_if(icicle.boxes.begin(), icicle.boxes.end(),
                                     [&](const IcicleBox& box) { return box.depth >= icicle.depth; });
  icicle.pruned = icicle.pruned || deeper != icicle.boxes.end();
  icicle.boxes.erase(deeper, icicle.boxes.end());
  return icicle;
}

}  // namespace cli
