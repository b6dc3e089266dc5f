// Printed frames, each text parsed once and kept once. Ids are dense and stay good for the table's life;
// memory grows with the number of different frames, not with the log.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parser/model.h"
#include "parser/scan.h"
#include "parser/stack_guess.h"

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

  // How far a stack is read: what follows next is guessed from it.
  using Place = StackGuess::Place;

  // A whole line's text, leading blanks allowed. Empty if it is no frame; "[inline]" lines are none.
  std::optional<Parsed> parse(std::string_view text, Place& place);
  std::optional<Parsed> parse(std::string_view text) { return parse(text, place_); }

  // The same for text without blanks at its ends, but only for one of the few frames that followed those
  // before it when they were printed last: in a comparison or two.
  std::optional<Parsed> expect(std::string_view text, Place& place) {
    const auto whole = [text](std::size_t size) { return size == text.size(); };
    if (text.empty()) return std::nullopt;
    return expect_if(text, place, whole);
  }
  // The same for the first line of `text`, blanks in front left out, whose end is not known. `size`: of that
  // line without its end, if it is such a frame. A line that does not end within `text` is none.
  std::optional<Parsed> expect_line(std::string_view text, Place& place, std::size_t& size) {
    const auto ends = [text, &size](std::size_t at) {
      size = at;
      if (at >= text.size()) return false;
      return text[at] == '\n' || (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
    };
    return expect_if(text, place, ends);
  }

  // The same for any text that was found to be a frame before; longer looked for than one that is expected.
  std::optional<Parsed> recall(std::string_view text, Place& place);

  // The frame of a bare address, as stack lists have it; any number will do.
  FrameId address(std::uint64_t address);

  // A frame of another table; equal ones need not get the same id.
  FrameId adopt(const Frame& frame);

  // Lets `change(frame, keep)` replace what frames print as, say to hide it; `keep` makes a text the table's
  // own. Ids and identities stay, and so does what parse() finds.
  template <typename Change>
  void rewrite(Change&& change) {
    for (auto& frame : frames_) change(frame, [this](std::string_view text) { return keep(text); });
    traits_.assign(traits_.size(), {});
  }

  const Frame& operator[](FrameId id) const { return frames_[id]; }
  // What functions.h knows of its function: asked once for each frame, however often it is printed.
  bool is_helper(FrameId id) const { return has(id, Trait::helper); }
  bool is_dispatcher(FrameId id) const { return has(id, Trait::dispatcher); }
  bool is_interrupt_entry(FrameId id) const { return has(id, Trait::interrupt_entry); }
  bool is_fault_injection(FrameId id) const { return has(id, Trait::fault_injection); }
  bool is_waiting(FrameId id) const { return has(id, Trait::waiting); }
  bool is_shared_wait(FrameId id) const { return has(id, Trait::shared_wait); }
  bool has_function(FrameId id) const { return function_size(id) > 0; }
  // Its symbol without compiler suffixes.
  std::string_view function(FrameId id) const { return frames_[id].symbol.substr(0, function_size(id)); }
  std::size_t size() const { return frames_.size(); }

 private:
  std::string_view keep(std::string_view text);
  FrameId add(const Frame& frame);
  std::optional<StackGuess::Printed> find(std::string_view text);
  // Of the frames expected, the one that `text` begins with, if whole(its size).
  template <typename Whole>
  std::optional<Parsed> expect_if(std::string_view text, Place& place, Whole&& whole) {
    const std::size_t mark = text.starts_with("? ") ? 2 : 0;
    const auto frame = guess_.find(place, [&](const StackGuess::Printed& known) {
      return whole(mark + known.size) && is_same(known.text, text.data() + mark, known.size);
    });
    if (!frame) return std::nullopt;
    return Parsed{frame->frame, frame->reliable && mark == 0};
  }
  // `frame` follows, which was not expected.
  Parsed follow(const StackGuess::Printed& frame, bool marked, Place& place);
  std::optional<StackGuess::Printed> intern(std::string_view text);
  StackGuess::Printed printed(std::string_view kept, FrameId id) const {
    return {kept.data(), id, static_cast<std::uint16_t>(kept.size()), !unreliable_[id]};
  }
  void identify(Frame& frame);

  enum class Trait : std::uint8_t {
    helper,
    dispatcher,
    interrupt_entry,
    fault_injection,
    waiting,
    shared_wait
  };
  // Each is found when it is first asked for.
  struct Traits {
    static constexpr std::uint32_t kUnknown = UINT32_MAX;
    std::uint32_t function_size = kUnknown;
    std::uint8_t known = 0, has = 0;  // a bit for each Trait
  };
  std::size_t function_size(FrameId id) const {
    const auto size = traits_[id].function_size;
    return size != Traits::kUnknown ? size : find_function(id);
  }
  bool has(FrameId id, Trait trait) const {
    const auto bit = 1U << static_cast<unsigned>(trait);
    const auto traits = traits_[id];
    return (traits.known & bit) != 0 ? (traits.has & bit) != 0 : find_trait(id, trait);
  }
  std::size_t find_function(FrameId id) const;
  bool find_trait(FrameId id, Trait trait) const;
  struct Known;  // what was printed before

  std::deque<Frame> frames_;
  std::vector<bool> unreliable_;        // of each frame: its own text says so
  mutable std::vector<Traits> traits_;  // of each frame
  StackGuess guess_;
  Place place_;  // of whoever has none
  std::unique_ptr<Known> known_;
  std::unordered_map<std::uint64_t, FrameId> by_address_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_left_ = 0;
  char* block_next_ = nullptr;
};

// Whether `text` ends in a function of a symbolized log, "f mm/slub.c:123 [inline]", that the compiler put
// into the one which the next line names.
inline bool is_inlined(std::string_view text) {
  text = trim_right(text);
  if (text.ends_with(']') && !text.ends_with("[inline]")) text = trim_right(text.substr(0, text.rfind('[')));
  return text.ends_with(" [inline]") || text.ends_with(" [inline])");
}

// The same of a title, which may go on behind it: "f a.c:1 [inline], CPU#1: foo/412".
inline bool is_title_inlined(std::string_view title) {
  return title.find(" [inline]") != std::string_view::npos;
}

// " (P)" and its like of arm64 v6.13+, powerpc's "(unreliable)", a closing ")" of s390: what may stand behind
// a frame.
inline bool only_remarks(std::string_view text) {
  text = trim_right(text);
  if (text.empty() || text == ")") return true;
  return text.size() <= 16 && text.starts_with(" (") && text.ends_with(")");
}

// What every printed frame has and few other lines do; the cheap test before parse().
bool may_be_frame(std::string_view text);

}  // namespace parser
