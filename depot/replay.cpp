#include "depot/replay.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "depot/hash_table.h"

namespace depot {
namespace {

constexpr std::uint64_t kMostSaves = (std::uint64_t{1} << 48) - 1;  // what StackUse::saves holds

// Tallies stop at the largest number instead of starting over.
std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max()
                                                           : a + b;
}

void take_buckets(Accounting& accounting, const BucketUse& use) {
  accounting.buckets = use.buckets;
  accounting.hash_table_bytes = use.bytes;
  accounting.buckets_used = use.used;
  accounting.max_chain = use.max_chain;
  accounting.chains = use.chains;
}

}  // namespace

double Facts::dedup_ratio() const {
  return unique == 0 ? 0 : static_cast<double>(saves) / static_cast<double>(unique);
}

Replay::Replay(std::vector<Config> configs)
    : configs_(std::move(configs)), shallowest_(std::numeric_limits<std::uint32_t>::max()) {
  for (std::size_t i = 0; i < configs_.size(); ++i) {
    const Config& config = configs_[i];
    Refcounted& refcounted = refcounted_.emplace_back();
    bool evicting = false;
    for (std::size_t client = 0; client < kClientCount; ++client)
      for (std::size_t flag = 0; flag < 3; ++flag) {
        const std::optional<bool> own = flag == 0 ? std::nullopt : std::optional<bool>(flag == 2);
        refcounted[client][flag] = saves_refcounted(config, static_cast<Client>(client), own);
        evicting |= refcounted[client][flag];
      }
    models_.emplace_back(config, evicting);
    const Layout& layout = models_.back().layout();
    if (layout.era().truncates) shallowest_ = std::min(shallowest_, layout.max_frames());
    if (evicting) watchful_.push_back(static_cast<std::uint32_t>(i));
  }
  past_.resize(configs_.size());
}

void Replay::save_in_all(const StackUse& use, Client client, std::size_t flag, std::uint64_t count) {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const bool was_watchful = models_[i].evicting() || models_[i].loses();
    models_[i].save(use.record, use.depth, refcounted_[i][static_cast<std::size_t>(client)][flag], count,
                    boot_saves_);
    if (!was_watchful && models_[i].loses()) watchful_.push_back(static_cast<std::uint32_t>(i));
  }
}

void Replay::save_one(const Save& save, std::uint32_t hash) {
  if (save.count == 0) return;
  if (save.frames.empty())
    empty_ = saturating_add(empty_, save.count);
  else
    save_interned(save, store_.intern(save.frames, hash).use);
}

void Replay::save(std::span<const Save> saves) {
  constexpr std::size_t kGroup = 32;  // as many as the frames of fit into the first cache together
  constexpr std::size_t kAhead = 6;
  std::array<std::uint32_t, kGroup> hashes;
  std::array<StackUse*, kGroup> uses;
  for (; !saves.empty(); saves = saves.subspan(std::min(kGroup, saves.size()))) {
    const std::size_t n = std::min(kGroup, saves.size());
    for (std::size_t i = 0; i < n; ++i) {
      if (i + kAhead < saves.size()) StackStore::fetch(saves[i + kAhead].frames);
      store_.fetch_slot(hashes[i] = StackStore::hash(saves[i].frames));
    }
    for (std::size_t i = 0; i < n; ++i) store_.fetch_entry(hashes[i]);
    for (std::size_t i = 0; i < n; ++i) store_.fetch_frames(hashes[i], saves[i].frames.size());
    for (std::size_t i = 0; i < n; ++i) {
      uses[i] = nullptr;
      if (saves[i].count == 0) continue;
      if (saves[i].frames.empty()) {
        empty_ = saturating_add(empty_, saves[i].count);
        continue;
      }
      uses[i] = &store_.intern(saves[i].frames, hashes[i]).use;
      if (in_boot(*uses[i]))
        for (const std::uint32_t model : watchful_) models_[model].fetch(uses[i]->record);
    }
    for (std::size_t i = 0; i < n; ++i)
      if (uses[i] != nullptr) save_interned(saves[i], *uses[i]);
  }
}

void Replay::save_interned(const Save& save, StackUse& use) {
  const std::uint64_t count = save.count;
  const auto who = static_cast<std::size_t>(save.client);
  const std::size_t flag = !save.evictable ? 0 : *save.evictable ? 2 : 1;
  use.saves = std::min(kMostSaves, saturating_add(use.saves, count)) & kMostSaves;
  ClientFacts& facts = clients_[who];
  facts.saves = saturating_add(facts.saves, count);
  if ((use.clients >> who & 1) == 0) {
    use.clients = (use.clients | 1u << who) & 0xffff;
    ++facts.unique;
  }
  if (!in_boot(use)) {
    use.boot = boot_;
    use.record = static_cast<std::uint32_t>(records_.size());
    records_.push_back(use.id);
    save_in_all(use, save.client, flag, count);
  } else if (use.depth > shallowest_) {
    save_in_all(use, save.client, flag, count);
  } else {
    for (const std::uint32_t i : watchful_) {
      const bool refcounted = refcounted_[i][who][flag];
      if (models_[i].wants_duplicate(refcounted))
        models_[i].save(use.record, use.depth, refcounted, count, boot_saves_);
    }
  }
  saves_ = saturating_add(saves_, count);
  boot_saves_ = saturating_add(boot_saves_, count);
}

void Replay::put(std::span<const std::uint64_t> frames, std::uint64_t count) {
  if (count == 0 || frames.empty()) return;
  puts_ = saturating_add(puts_, count);
  boot_puts_ = saturating_add(boot_puts_, count);
  const StackUse* const use = store_.find(frames);
  for (PoolModel& model : models_) {
    if (!model.evicting()) continue;  // who saves without GET does not put
    if (use != nullptr && in_boot(*use))
      model.put(use->record, use->depth, count, boot_saves_);
    else
      model.put_unknown(count);
  }
}

void Replay::new_boot() {
  if (boot_saves_ == 0 && boot_puts_ == 0) return;
  const std::vector<Accounting> now = current();
  for (std::size_t i = 0; i < models_.size(); ++i) past_[i] += now[i];
  watchful_.clear();
  for (std::size_t i = 0; i < models_.size(); ++i) {
    models_[i].reset();
    if (models_[i].evicting()) watchful_.push_back(static_cast<std::uint32_t>(i));
  }
  records_.clear();
  boot_saves_ = boot_puts_ = 0;
  ++past_boots_;
  ++boot_;
}

std::vector<Accounting> Replay::current() const {
  std::vector<Accounting> accountings;
  accountings.reserve(models_.size());
  for (const PoolModel& model : models_) accountings.push_back(model.accounting());
  account_buckets(accountings);
  return accountings;
}

std::vector<Accounting> Replay::finish() const {
  const bool empty = boot_saves_ == 0 && boot_puts_ == 0;
  if (empty && past_boots_ > 0) return past_;
  std::vector<Accounting> sums = past_;
  const std::vector<Accounting> now = current();
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += now[i];
  return sums;
}

std::vector<std::uint32_t> Replay::hashes(std::size_t config) const {
  const PoolModel& model = models_[config];
  const Layout& layout = model.layout();
  std::vector<std::uint32_t> hashes;
  hashes.reserve(records_.size());
  for (std::uint32_t record = 0; record < records_.size(); ++record) {
    const std::span<const std::uint64_t> frames = store_.frames(records_[record]);
    if (layout.truncates(frames.size()) || !model.holds(record)) continue;
    hashes.push_back(stack_hash(frames, layout.word()));
  }
  return hashes;
}

// Configs that hold the same stacks and have tables of the same size share the work of the first of them.
void Replay::account_buckets(std::vector<Accounting>& accountings) const {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const Layout& layout = models_[i].layout();
    const auto whole = [this, &accountings](std::size_t config) {
      return accountings[config].truncated == 0 && accountings[config].records() == records_.size();
    };
    std::size_t twin = 0;
    while (twin < i && !(whole(i) && whole(twin) && layout.word() == models_[twin].layout().word() &&
                         layout.hash_order() == models_[twin].layout().hash_order()))
      ++twin;
    if (twin < i) {
      accountings[i].buckets = accountings[twin].buckets;
      accountings[i].hash_table_bytes = layout.hash_table_bytes();
      accountings[i].buckets_used = accountings[twin].buckets_used;
      accountings[i].max_chain = accountings[twin].max_chain;
      accountings[i].chains = accountings[twin].chains;
      continue;
    }
    std::vector<std::uint32_t> stored = hashes(i);
    take_buckets(accountings[i], bucket_use(stored, layout.hash_order(), layout.bucket_size()));
  }
}

std::optional<std::uint32_t> Replay::handle(std::size_t config, StackId id) const {
  const StackUse& use = store_.use(id);
  if (!in_boot(use)) return std::nullopt;
  const std::optional<Place> place = models_[config].place(use.record);
  if (!place) return std::nullopt;
  return models_[config].layout().encode(*place);
}

Facts Replay::facts() const {
  Facts facts;
  facts.saves = saves_;
  facts.unique = store_.size();
  facts.empty = empty_;
  facts.puts = puts_;
  facts.boots = past_boots_ + (boot_saves_ > 0 || boot_puts_ > 0 ? 1 : 0);
  facts.clients = clients_;
  facts.frames = store_.frame_bytes() / sizeof(std::uint64_t);
  if (facts.unique == 0) return facts;
  for (StackId id = 0; id < store_.size(); ++id) {
    const std::uint32_t depth = store_.use(id).depth;
    if (facts.depths.size() <= depth) facts.depths.resize(std::size_t{depth} + 1);
    ++facts.depths[depth];
  }
  facts.max_depth = static_cast<std::uint32_t>(facts.depths.size() - 1);
  facts.mean_depth = static_cast<double>(facts.frames) / static_cast<double>(facts.unique);
  // The depth of the stack at a position in the order of depth.
  const auto at = [&facts](std::uint64_t position) {
    std::uint32_t depth = 0;
    for (std::uint64_t seen = facts.depths[0]; seen <= position; seen += facts.depths[depth]) ++depth;
    return depth;
  };
  facts.min_depth = at(0);
  facts.median_depth = (at((facts.unique - 1) / 2) + at(facts.unique / 2)) / 2.0;
  return facts;
}

std::uint64_t Replay::memory_bytes() const {
  std::uint64_t bytes = store_.memory_bytes() + records_.memory_bytes();
  for (const PoolModel& model : models_) bytes += model.memory_bytes();
  return bytes;
}

}  // namespace depot
