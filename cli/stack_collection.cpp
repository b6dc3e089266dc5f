#include "cli/stack_collection.h"

#include <algorithm>
#include <utility>

namespace cli {
namespace {

constexpr std::size_t kMaxClients = 64;     // bits in CollectedStack::clients
constexpr std::size_t kMaxClientText = 64;  // bytes
constexpr std::size_t kDrain = 64 * 1024;   // events

}  // namespace

std::span<const std::uint64_t> StackCollection::words(depot::StackId id) const {
  // The number of frames that were cut off stands behind the others for them: see
  // Analyzer::on_depot_trace().
  const auto words = store_.frames(id);
  return words.first(std::min(words.size(), parser::Trace::kMaxFrames));
}

std::string_view client_label(const parser::Trace& trace, depot::Client client) {
  switch (trace.role) {
    case parser::Role::slub_alloc:
    case parser::Role::slub_free:
    case parser::Role::page_alloc:
    case parser::Role::page_free:
      return parser::role_name(trace.role);
    case parser::Role::listed:
      if (!trace.client.empty() && trace.client.size() <= kMaxClientText) return trace.client;
      break;
    default:
      break;
  }
  return depot::client_name(client);
}

std::uint8_t StackCollection::client_index(const parser::Trace& trace, depot::Client client) {
  auto label = client_label(trace, client);
  auto known = std::find(clients_.begin(), clients_.end(), label);
  // A list may make up names without end; the last places are for those that the depot knows.
  if (known == clients_.end() && clients_.size() >= kMaxClients - depot::kClientCount) {
    label = depot::client_name(client);
    known = std::find(clients_.begin(), clients_.end(), label);
  }
  if (known == clients_.end()) known = clients_.insert(known, std::string(label));
  return static_cast<std::uint8_t>(known - clients_.begin());
}

void StackCollection::on_stack(const parser::Trace& trace, const parser::FrameTable& frames,
                               std::span<const std::uint64_t> words, depot::Client client) {
  if (words.empty()) return;
  frames_ = &frames;
  // A put may name no client; whose it is its stack says.
  const bool anybodys = trace.put && trace.client.empty();
  if (!anybodys && !filter_.client_matches(client_label(trace, client))) return;
  const auto [use, is_new] = store_.intern(words);
  if (is_new) {
    stacks_.emplace_back().taken = filter_.frames_match(trace, frames);
    if (stacks_.back().taken)
      for (std::size_t i = 0; i < trace.frames.size(); ++i)
        known_.try_emplace(words[i], trace.frames[i].frame);
  }
  auto& stack = stacks_[use.id];
  if (!stack.taken || (anybodys && stack.count == 0 && !filter_.every_client())) return;
  StackEvent event;
  event.kind = trace.put ? StackEvent::Kind::put : StackEvent::Kind::save;
  event.client = client_index(trace, client);
  event.evictable = trace.evictable;
  event.stack = use.id;
  event.count = trace.count;
  if (!trace.put) {
    if (stack.count == 0) {
      stack.client = client;
      stack.evictable = trace.evictable;
    }
    stack.clients |= std::uint64_t{1} << event.client;
    stack.count += std::min(trace.count, ~stack.count);
  }
  if (options_.keep_events) add_event(event, words.size());
}

void StackCollection::add_event(const StackEvent& event, std::size_t depth) {
  const auto same = [&](const StackEvent& other) {
    return other.kind == event.kind && other.stack == event.stack && other.client == event.client &&
           other.evictable == event.evictable && event.count <= ~other.count;
  };
  if (events_.size() > boot_begin_ && same(events_.back())) {
    events_.back().count += event.count;
    return;
  }
  // As long as nothing was evicted, a depot that holds a stack does not care when it is saved again.
  boot_put_ = boot_put_ || event.kind == StackEvent::Kind::put;
  const bool order_counts = boot_put_ || depth > options_.max_frames;
  if (!order_counts) {
    const std::uint64_t flag = !event.evictable ? 0 : *event.evictable ? 2 : 1;
    const auto key = std::uint64_t{event.stack} << 16 | std::uint64_t{event.client} << 8 | flag;
    const auto [place, fresh] = event_of_.try_emplace(key, events_.size());
    if (!fresh && same(events_[place->second])) {
      events_[place->second].count += event.count;
      return;
    }
    place->second = events_.size();
  }
  events_.push_back(event);
  if (boot_put_ && events_.size() >= kDrain) drain();
}

void StackCollection::drain() {
  if (!options_.drain) return;
  // The last event may still grow.
  const bool open = !events_.empty() && events_.size() > boot_begin_;
  const auto last = open ? events_.back() : StackEvent{};
  if (open) events_.pop_back();
  options_.drain(events_);
  events_.clear();
  event_of_.clear();
  boot_begin_ = 0;
  if (open) events_.push_back(last);
}

void StackCollection::on_boot(const BootFacts& boot, bool begins) {
  if (!options_.keep_events) return;
  if (begins) {
    // A boot that nobody named must not look like the beginning of the one that comes now.
    if (!boot_named_ && events_.size() > boot_begin_) {
      StackEvent nameless;
      nameless.kind = StackEvent::Kind::boot;
      nameless.boot = static_cast<std::uint32_t>(boots_.size());
      boots_.emplace_back();
      events_.insert(events_.begin() + static_cast<std::ptrdiff_t>(boot_begin_), nameless);
    }
    event_of_.clear();
    boot_begin_ = events_.size();
    boot_put_ = false;
    drain();
  }
  CollectedBoot now{boot.release, boot.arch, boot.hash_order};
  if (!begins && boot_named_) {
    boots_.back() = std::move(now);
    return;
  }
  boot_named_ = true;
  StackEvent event;
  event.kind = StackEvent::Kind::boot;
  event.boot = static_cast<std::uint32_t>(boots_.size());
  boots_.push_back(std::move(now));
  events_.push_back(event);
}

void StackCollection::finish() {
  boot_begin_ = events_.size();  // nothing grows any more
  drain();
}

}  // namespace cli
