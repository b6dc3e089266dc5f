// Reports that a test provokes on purpose are no findings. Kernel tests say in the log when they begin; this
// follows what they say, and looks at whose code the stacks run through.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/frame_table.h"
#include "parser/model.h"
#include "parser/prefix.h"

namespace parser {

class ProvokedSections {
 public:
  // Of each line of a log in turn; `body` is its text without blanks at the left.
  void see(const Line& line, std::string_view body) {
    if (may_matter(body)) read(line, body);
  }
  void reset() { sections_.clear(); }

  // What provoked a report of `caller`: "LKDTM WRITE_AFTER_FREE", "KUnit kasan.kmalloc_oob_right". Empty if
  // nothing did.
  [[nodiscard]] std::string provoked_by(const Report& report, const Caller& caller, const FrameTable& frames);

 private:
  struct Section {
    std::string name;
    std::uint64_t begin = 0, end = UINT64_MAX;  // lines
    bool single = false;                        // provokes one report of its own caller, soon after
    Caller caller;
    std::uint64_t reach = 0;  // the last end of this and all before it
  };

  static bool may_matter(std::string_view body) {
    if (body.size() < 8) return false;
    switch (body.front()) {
      case '#':
      case 'o':
      case 'n':
      case 'l':
      case 'k':
      case 't':
        return true;
      default:
        return false;
    }
  }
  void read(const Line& line, std::string_view body);
  void open(Section section);
  void open_single(std::string name, const Line& line);
  void close(std::string_view name, std::uint64_t line);
  void find_reaches();

  // What a frame says of the test that it belongs to: nothing, which module it is of, or which test it is.
  enum class OfTest : std::uint8_t { no, module, test };
  // Looks at the frames that are new in the table.
  void learn(const FrameTable& frames);
  const Section* section_of(const Report& report, const Caller& caller) const;
  std::optional<FrameId> test_frame(const Trace& trace) const;
  std::string by_stacks(const Report& report, const FrameTable& frames);

  std::deque<Section> sections_;  // the last few
  std::vector<OfTest> of_tests_;  // of each frame that was looked at
  bool any_of_test_ = false;      // ... is of one: mostly none is, and no stack need be looked through
};

}  // namespace parser
