// What grouping compares: the reports of one title, boiled down to what tells bugs apart. Its size does not
// depend on how many reports went in. Views point into the FrameTables that the reports came with.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parser/frame_table.h"
#include "parser/model.h"

namespace parser {

// Functions of a stack, innermost first, from the first one on that may be to blame; without compilers'
// suffixes.
struct FunctionStack {
  std::vector<std::string_view> functions;
  std::uint64_t hash = 0;  // of the names
  static constexpr std::size_t kMaxFunctions = 48;
};

// Whether a stack of that role is one that bugs of the family are known by. All that this file takes from a
// report's traces are the frames of such.
bool is_telling(Role role, Family family);

// The trace that a report's title is about: the call trace, or that of another CPU or task; for what is
// found long after it happened, the allocation. Null if there is none with symbols.
const Trace* telling_trace(const Report& report, const FrameTable& frames);

// The functions of that.
FunctionStack function_stack(const Report& report, const FrameTable& frames);

// What tells two reports of one title apart if the title names no function but only what was hit: who had
// allocated it, as "allocated in F". Else empty. SLUB finds what somebody did earlier, and dozens share a
// kmalloc cache.
std::string title_detail(const Report& report, const FrameTable& frames);

class Subject {
 public:
  Subject(const Report& report, std::string detail);

  // Of a report with the same title and detail; also of another run.
  void add(const Report& report, FunctionStack stack);
  void add(const Subject& other);

  // "TITLE" or "TITLE, DETAIL": equal for all reports of a subject, different for those of others.
  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::set<std::string>& alt_titles() const { return alt_titles_; }
  [[nodiscard]] Family family() const { return family_; }
  // No report says which function it is about; the title is that of any damaged one.
  [[nodiscard]] bool anonymous() const { return anonymous_; }
  [[nodiscard]] const std::vector<FunctionStack>& stacks() const { return stacks_; }

 private:
  void keep(FunctionStack stack);
  template <typename Titles>
  void keep_titles(Titles begin, Titles end);

  // Different stacks that are kept. Which ones is decided by their hashes, so neither the order nor the way
  // they came together counts.
  static constexpr std::size_t kStacks = 8;

  std::string label_, title_;
  std::set<std::string> alt_titles_;
  Family family_;
  bool anonymous_;
  std::vector<FunctionStack> stacks_;  // by hash
};

}  // namespace parser
