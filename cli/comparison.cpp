#include "cli/comparison.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "cli/render/frame_text.h"
#include "depot/layout.h"

namespace cli {
namespace {

std::uint64_t magnitude(const Pair<std::uint64_t>& pair) {
  return pair.before > pair.after ? pair.before - pair.after : pair.after - pair.before;
}

Change change_of(const Pair<std::uint64_t>& count) {
  if (count.before == count.after) return Change::same;
  if (count.before == 0) return Change::appeared;
  if (count.after == 0) return Change::gone;
  return count.before < count.after ? Change::grown : Change::shrunk;
}

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return a + std::min(b, ~a);  // the sum stops at the largest number
}

std::string frame_key(const parser::Frame& frame, StackKey key) {
  if (frame.symbol.empty()) return render::hex(frame.address);
  std::string text(frame.symbol);
  if (key == StackKey::offsets) text.append("+").append(render::hex(frame.offset));
  if (!frame.module.empty()) text.append(" [").append(frame.module).append("]");
  return text;
}

class Stacks {
 public:
  Stacks(Comparison& comparison, const depot::Config& config)
      : comparison_(comparison), config_(config), layout_(config) {}

  // `side`: which half of the pairs is meant.
  void add(const StackCollection& collection, std::uint64_t Pair<std::uint64_t>::*side) {
    std::unordered_map<std::uint64_t, std::string> texts;  // by word
    for (depot::StackId id = 0; id < collection.stacks().size(); ++id) {
      const auto& stack = collection.stacks()[id];
      if (stack.count == 0) continue;
      const auto words = collection.words(id);
      std::uint64_t key = 14695981039346656037u;
      const auto mix = [&key](std::string_view text) {
        for (const char c : text) key = (key ^ static_cast<unsigned char>(c)) * 1099511628211u;
      };
      for (const auto word : words) {
        auto& text = texts[word];
        if (text.empty()) {
          const auto& frame = collection.frame(word);
          text = frame_key(frame, comparison_.key);
          comparison_.addresses_only = comparison_.addresses_only || frame.symbol.empty();
        }
        mix(text);
        mix("\n");
      }
      const auto [known, fresh] = index_.try_emplace(key, comparison_.stacks.size());
      if (fresh) {
        auto& made = comparison_.stacks.emplace_back();
        made.key = key;
        made.depth = static_cast<std::uint32_t>(words.size());
        for (const auto word : words) made.frames.push_back(texts[word]);
      }
      auto& change = comparison_.stacks[known->second];
      const bool refcounted = depot::saves_refcounted(config_, stack.client, stack.evictable);
      change.count.*side = cli::add(change.count.*side, stack.count);
      change.bytes.*side = cli::add(change.bytes.*side, layout_.record(words.size(), refcounted).total());
      ++(change.stacks.*side);
      for (std::size_t i = 0; i < collection.clients().size(); ++i) {
        if ((stack.clients >> i & 1) == 0) continue;
        const auto& client = collection.clients()[i];
        if (std::find(change.clients.begin(), change.clients.end(), client) == change.clients.end())
          change.clients.push_back(client);
      }
    }
  }

 private:
  Comparison& comparison_;
  const depot::Config& config_;
  depot::Layout layout_;
  std::unordered_map<std::uint64_t, std::size_t> index_;  // by key
};

void compare_reports(Comparison& comparison, const Analysis& before, const Analysis& after) {
  std::unordered_map<std::string_view, std::size_t> index;
  const auto add = [&](const Analysis& analysis, std::uint64_t Pair<std::uint64_t>::*side) {
    for (const auto& title : analysis.titles) {
      const auto [known, fresh] = index.try_emplace(title.first.title, comparison.reports.size());
      if (fresh) comparison.reports.push_back({title.first.title, title.first.family, {}, Change::same});
      comparison.reports[known->second].count.*side += title.count;
    }
  };
  add(before, &Pair<std::uint64_t>::before);
  add(after, &Pair<std::uint64_t>::after);
  for (auto& report : comparison.reports) report.change = change_of(report.count);
  std::stable_sort(comparison.reports.begin(), comparison.reports.end(),
                   [](const ReportChange& a, const ReportChange& b) { return a.change < b.change; });
}

void compare_counters(Comparison& comparison, const Analysis& before, const Analysis& after) {
  const auto add = [&](const Analysis& analysis,
                       std::optional<std::int64_t> Pair<std::optional<std::int64_t>>::*side) {
    if (analysis.kernel_stats.empty()) return;
    // What was read last is how it stands.
    for (const auto& [name, value] : analysis.kernel_stats.back().stats.counters) {
      auto known = std::find_if(comparison.counters.begin(), comparison.counters.end(),
                                [&wanted = name](const auto& counter) { return counter.first == wanted; });
      if (known == comparison.counters.end())
        known = comparison.counters.insert(known, {name, Pair<std::optional<std::int64_t>>{}});
      known->second.*side = value;
    }
  };
  add(before, &Pair<std::optional<std::int64_t>>::before);
  add(after, &Pair<std::optional<std::int64_t>>::after);
}

}  // namespace

std::string_view change_name(Change change) {
  switch (change) {
    case Change::appeared:
      return "new";
    case Change::gone:
      return "gone";
    case Change::grown:
      return "grown";
    case Change::shrunk:
      return "shrunk";
    case Change::same:
      break;
  }
  return "same";
}

std::uint64_t Comparison::count_stacks(Change change) const {
  return static_cast<std::uint64_t>(std::count_if(
      stacks.begin(), stacks.end(), [change](const StackChange& stack) { return stack.change == change; }));
}

std::uint64_t Comparison::count_reports(Change change) const {
  return static_cast<std::uint64_t>(
      std::count_if(reports.begin(), reports.end(),
                    [change](const ReportChange& report) { return report.change == change; }));
}

Comparison compare(const Analysis& before, const StackCollection& stacks_before, const Analysis& after,
                   const StackCollection& stacks_after, const ComparisonOptions& options) {
  Comparison comparison;
  comparison.inputs = {before.inputs, after.inputs};
  comparison.report_count = {before.report_count, after.report_count};
  comparison.saves = {before.facts.saves, after.facts.saves};
  comparison.unique = {before.unique, after.unique};
  comparison.key = options.key;
  compare_reports(comparison, before, after);
  compare_counters(comparison, before, after);

  const auto& config = after.configs[shown_config(after)];
  comparison.config = config.name;
  Stacks stacks(comparison, config);
  stacks.add(stacks_before, &Pair<std::uint64_t>::before);
  stacks.add(stacks_after, &Pair<std::uint64_t>::after);
  for (auto& stack : comparison.stacks) stack.change = change_of(stack.count);
  const auto same = std::remove_if(comparison.stacks.begin(), comparison.stacks.end(),
                                   [](const StackChange& stack) { return stack.change == Change::same; });
  comparison.stacks_same = static_cast<std::uint64_t>(comparison.stacks.end() - same);
  comparison.stacks.erase(same, comparison.stacks.end());
  const auto weight = [&](const StackChange& stack) {
    const auto count = magnitude(stack.count);
    const auto bytes = magnitude(stack.bytes);
    return options.by_bytes ? std::pair(bytes, count) : std::pair(count, bytes);
  };
  std::stable_sort(comparison.stacks.begin(), comparison.stacks.end(),
                   [&](const StackChange& a, const StackChange& b) { return weight(a) > weight(b); });

  for (std::size_t i = 0; i < std::min(before.configs.size(), after.configs.size()); ++i) {
    const auto& a = before.accountings[i];
    const auto& b = after.accountings[i];
    comparison.configs.push_back({after.configs[i],
                                  after.is_log[i],
                                  {a.records(), b.records()},
                                  {a.pools, b.pools},
                                  {a.pool_bytes, b.pool_bytes},
                                  {a.wasted_bytes(), b.wasted_bytes()}});
  }
  return comparison;
}

}  // namespace cli
