// Printed frames, each text parsed once and kept once. Ids are dense and stay good for the table's life;
// memory grows with the number of different frames, not with the log.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/model.h"

namespace parser {

// "kfree+0x123/0x330 [mod 0123abcd...] (P)", "[<ffffffff81234567>] kfree+0x123/0x330", "0xffffffff81234567",
// "kfree+0x123/0x330 mm/slub.c:123", "kfree (mm/slub.c:123) mod". Views point into the table.
struct Frame {
  std::string_view symbol;  // empty: an address alone
  std::string_view module;
  std::string_view build_id;
  std::string_view file;  // only where the log is symbolized already
  std::uint64_t offset = 0;
  std::uint64_t size = 0;     // kernel size: to the next symbol that kallsyms knows; 0 where not printed
  std::uint64_t address = 0;  // 0 where not printed
  std::uint32_t line = 0;
  // Equal for frames that the kernel cannot tell apart in a stored stack: symbol, offset, size and module, or
  // the address where there is no symbol. Build-id and source line do not count.
  std::uint64_t identity = 0;
};

class FrameTable {
 public:
  struct Parsed {
    FrameId id = 0;
    bool reliable = true;
  };

  // A whole line's text, leading blanks allowed. Empty if it is no frame; "[inline]" lines are none.
  std::optional<Parsed> parse(std::string_view text);

  // The same for text without blanks at its ends, but only for the frame that followed those before it last
  // time: in one comparison.
  std::optional<Parsed> expect(std::string_view text) {
    const auto unmarked = text.starts_with("? ") ? text.substr(2) : text;
    if (printed_.empty()) return std::nullopt;
    const auto guess = follower();
    if (printed_[guess].text != unmarked || unmarked.empty()) return std::nullopt;
    return found(guess, unmarked.size() == text.size());
  }

  // The frame of a bare address, as stack lists have it; any number will do.
  FrameId address(std::uint64_t address);

  // A frame of another table; equal ones need not get the same id.
  FrameId adopt(const Frame& frame);

  // Lets `change(frame, keep)` replace what frames print as, say to hide it; `keep` makes a text the table's
  // own. Ids and identities stay, and so does what parse() finds.
  template <typename Change>
  void rewrite(Change&& change) {
    for (auto& frame : frames_) change(frame, [this](std::string_view text) { return keep(text); });
  }

  const Frame& operator[](FrameId id) const { return frames_[id]; }
  // Whether its function is a helper, is_skipped_function(): asked once for each frame, however often it is
  // printed.
  bool is_helper(FrameId id) const;
  std::size_t size() const { return frames_.size(); }

 private:
  std::string_view keep(std::string_view text);
  FrameId add(const Frame& frame, std::string_view text);
  std::optional<FrameId> find(std::string_view text);
  FrameId& follower() {
    // Some for each frame; all guesses are forgotten each time it grows.
    constexpr std::size_t kMost = 256 * 1024;
    if (followers_.size() < kMost && followers_.size() < printed_.size()) grow_followers();
    const auto hash = (std::uint64_t{before_last_} << 32 | last_) * 0x9e37'79b9'7f4a'7c15;
    return followers_[(hash >> 40) & (followers_.size() - 1)];
  }
  void grow_followers();
  Parsed found(FrameId id, bool marked_reliable) {
    before_last_ = last_;
    last_ = id;
    return {id, marked_reliable && printed_[id].reliable};
  }
  std::optional<FrameId> intern(std::string_view text);
  void identify(Frame& frame);

  enum class Helper : std::uint8_t { unknown, no, yes };
  // What parse() needs of a frame, apart from the rest: it is asked for each line of a stack.
  struct Printed {
    std::string_view text;  // as printed; empty for one that no log printed
    bool reliable = true;
    mutable Helper helper = Helper::unknown;
  };

  std::deque<Frame> frames_;
  std::vector<Printed> printed_;  // of each frame
  // What followed two frames when they were last printed in a row, by a hash of the two: a guess, no more.
  std::vector<FrameId> followers_;
  FrameId last_ = 0, before_last_ = 0;  // that parse() found
  std::unordered_map<std::string_view, FrameId> by_text_;
  std::unordered_map<std::string_view, std::uint64_t> identities_;
  std::unordered_map<std::uint64_t, FrameId> by_address_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_left_ = 0;
  char* block_next_ = nullptr;
};

// What every printed frame has and few other lines do; the cheap test before parse().
inline bool may_be_frame(std::string_view text) {
  return text.find("+0x") != std::string_view::npos || text.find("0x") != std::string_view::npos ||
         text.find("[<") != std::string_view::npos || text.find(".c:") != std::string_view::npos ||
         text.find(".h:") != std::string_view::npos || text.find(".S:") != std::string_view::npos ||
         text.find(".rs:") != std::string_view::npos;
}

}  // namespace parser
