// The unique stacks of a run with their counts, and, for a stack list, the saves and puts that made them in
// their order. Owns copies of the frames' ids; texts stay in the parser's table.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/analysis.h"
#include "cli/stack_filter.h"
#include "depot/stack_store.h"

namespace cli {

// One unique stack, over all boots.
struct CollectedStack {
  std::uint64_t count = 0;        // saves
  std::uint64_t clients = 0;      // a bit per name in StackCollection::clients()
  depot::Client client{};         // of the first save
  std::optional<bool> evictable;  // ... its own flag
  bool taken = false;             // passes the filter
};

// What is known of a boot; nothing may be.
struct CollectedBoot {
  std::string release, arch;
  std::optional<std::uint32_t> hash_order;
};

// What a line of a stack list says.
struct StackEvent {
  enum class Kind : std::uint8_t { save, put, boot };
  Kind kind = Kind::save;
  std::uint8_t client = 0;  // in clients()
  std::optional<bool> evictable;
  depot::StackId stack = 0;
  std::uint64_t count = 1;  // in a row; or several saves of a boot where that is all the same to a depot
  std::uint32_t boot = 0;   // in boots()
};

class StackCollection final : public StackListener {
 public:
  struct Options {
    bool keep_events = false;
    // Stacks deeper than this make a record with every save, so the order of all their saves counts.
    std::uint64_t max_frames = 64;
    // Takes events off the collection's hands whenever nothing can be added to their counts any more.
    std::function<void(const std::vector<StackEvent>&)> drain;
  };

  // `filter` must outlive the collection.
  StackCollection(const StackFilter& filter, Options options)
      : filter_(filter), options_(std::move(options)) {}

  void on_stack(const parser::Trace& trace, const parser::FrameTable& frames,
                std::span<const std::uint64_t> words, depot::Client client) override;
  void on_boot(const BootFacts& boot, bool begins) override;
  // Ends the pass.
  void finish();
  // Lets `change` replace texts that came with the input: names of clients, releases.
  template <typename Change>
  void rewrite(Change&& change) {
    for (auto& client : clients_) client = change(client);
    for (auto& boot : boots_) boot.release = change(boot.release);
  }

  // By StackId, those that the filter left out too.
  [[nodiscard]] const std::vector<CollectedStack>& stacks() const { return stacks_; }
  // A stack's frames, innermost first, each as a word for frame().
  [[nodiscard]] std::span<const std::uint64_t> words(depot::StackId id) const;
  [[nodiscard]] const parser::Frame& frame(std::uint64_t word) const { return (*frames_)[known_.at(word)]; }
  [[nodiscard]] const std::vector<std::string>& clients() const { return clients_; }
  [[nodiscard]] const std::vector<CollectedBoot>& boots() const { return boots_; }
  [[nodiscard]] const std::vector<StackEvent>& events() const { return events_; }

 private:
  std::uint8_t client_index(const parser::Trace& trace, depot::Client client);
  void add_event(const StackEvent& event, std::size_t depth);
  void drain();

  const StackFilter& filter_;
  Options options_;
  depot::StackStore store_;
  std::vector<CollectedStack> stacks_;                        // by StackId
  std::unordered_map<std::uint64_t, parser::FrameId> known_;  // by Frame::identity: one that looks like it
  const parser::FrameTable* frames_ = nullptr;
  std::vector<std::string> clients_;
  std::vector<CollectedBoot> boots_;
  std::vector<StackEvent> events_;
  // Of the current boot.
  std::unordered_map<std::uint64_t, std::size_t> event_of_;  // by stack, client and flag: its save in events_
  std::size_t boot_begin_ = 0;                               // in events_
  bool boot_named_ = false;
  bool boot_put_ = false;
};

// The client's name as a stack list has it, which reads back as the same client.
std::string_view client_label(const parser::Trace& trace, depot::Client client);

}  // namespace cli
