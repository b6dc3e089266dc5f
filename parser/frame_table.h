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
  FrameTable();
  ~FrameTable();
  FrameTable(FrameTable&&) noexcept;
  FrameTable& operator=(FrameTable&&) noexcept;

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
    const auto& expected = follower();
    if (expected.text != unmarked || unmarked.empty()) return std::nullopt;
    return found({expected.id, expected.reliable && unmarked.size() == text.size()});
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
  struct Follower {
    std::string_view text;  // as printed; empty: none yet
    FrameId id = 0;
    bool reliable = true;
  };

  std::string_view keep(std::string_view text);
  FrameId add(const Frame& frame);
  std::optional<Follower> find(std::string_view text);
  Follower& follower() { return followers_[follower_at_]; }
  Parsed found(Parsed frame) {
    last_two_ = last_two_ << 32 | frame.id;
    follower_at_ = ((last_two_ * 0x9e37'79b9'7f4a'7c15) >> 40) & (followers_.size() - 1);
    // It is wanted when the next line comes, and lies anywhere.
    __builtin_prefetch(&followers_[follower_at_]);
    return frame;
  }
  std::optional<Follower> intern(std::string_view text);
  void identify(Frame& frame);

  enum class Helper : std::uint8_t { unknown, no, yes };
  struct ByText;  // the ids of printed texts

  std::deque<Frame> frames_;
  std::vector<bool> unreliable_;         // of each frame: its own text says so
  mutable std::vector<Helper> helpers_;  // of each frame
  // A guess: what followed two frames when they were last printed in a row, by a hash of the two.
  std::vector<Follower> followers_{1024};
  std::size_t follower_at_ = 0;
  std::uint64_t last_two_ = 0;  // ids that parse() found
  std::unique_ptr<ByText> by_text_;
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
