#include "parser/provoked.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/functions.h"
#include "parser/scan.h"
#include "parser/starts.h"

namespace parser {
namespace {

constexpr std::size_t kMaxSections = 64;
// A test that does not say when it is over: its report begins within so many lines. A stack with register
// dump takes about 60, and others print too.
constexpr std::uint64_t kSingleReach = 400;

// KUnit suites whose cases make the kernel report; in all others a report is a finding.
constexpr std::array<std::string_view, 6> kSuites{"kasan", "kfence",    "kmsan",
                                                  "kcsan", "slub_test", "kunit_fault"};

// Modules of tests, and the words for them.
struct Module {
  std::string_view module, name;
};
constexpr std::array<Module, 11> kModules{{{"lkdtm", "LKDTM"},
                                           {"kasan_test", "KUnit kasan"},
                                           {"test_kasan", "test_kasan"},
                                           {"test_kasan_module", "test_kasan"},
                                           {"kasan_test_module", "KUnit kasan"},
                                           {"kfence_test", "KUnit kfence"},
                                           {"kmsan_test", "KUnit kmsan"},
                                           {"kcsan_test", "KUnit kcsan"},
                                           {"slub_kunit", "KUnit slub_test"},
                                           {"test_ubsan", "test_ubsan"},
                                           {"kmemleak_test", "kmemleak-test"}}};

// "lkdtm_WRITE_AFTER_FREE" -> "WRITE_AFTER_FREE"; lkdtm_do_action and its like are no tests.
std::string_view lkdtm_test(std::string_view symbol) {
  if (!skip(symbol, "lkdtm_") || symbol.empty() || symbol.front() < 'A' || symbol.front() > 'Z') return {};
  return symbol;
}

// The words for the module whose code a frame is, if that one is a test.
std::string_view words_for_module(const Frame& frame) {
  if (frame.module.empty()) return {};
  for (const auto& [module, words] : kModules)
    if (frame.module == module) return words;
  return {};
}

// The case of a KUnit suite that a stack runs through: it is called by kunit_try_run_case().
std::string_view kunit_case(const Report& report, const FrameTable& frames) {
  for (const auto& trace : report.traces) {
    if (!is_live(trace.role)) continue;
    std::string_view last;
    for (const auto& ref : trace.frames) {
      const auto symbol = ref.reliable ? frames.function(ref.frame) : std::string_view();
      if (symbol.empty()) continue;
      if (symbol == "kunit_try_run_case") return last;
      last = symbol;
    }
  }
  return {};
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t\r"));
}

}  // namespace

void ProvokedSections::open(Section section) {
  if (sections_.size() == kMaxSections) sections_.pop_front();
  sections_.push_back(std::move(section));
  find_reaches();
}

void ProvokedSections::open_single(std::string name, const Line& line) {
  open({std::move(name), line.number, line.number + kSingleReach + 1, true, line.caller});
}

void ProvokedSections::close(std::string_view name, std::uint64_t line) {
  for (auto& section : sections_)
    if (section.name == name && section.end == UINT64_MAX) section.end = line;
  find_reaches();
}

void ProvokedSections::find_reaches() {
  std::uint64_t reach = 0;
  for (auto& section : sections_) section.reach = reach = std::max(reach, section.end);
}

void ProvokedSections::read(const Line& line, std::string_view body) {
  static constexpr auto kStarts =
      starts("lkdtm: Performing ", "kasan test: ", "test_ubsan: ", "kselftest: Running tests in ",
             "# Subtest: ", "ok ", "not ok ");
  if (!kStarts.match(body)) return;
  const auto rest_after = [&body](std::string_view start) {
    auto rest = body;
    return skip(rest, start) ? rest : std::string_view{};
  };
  // lkdtm: Performing direct entry WRITE_AFTER_FREE
  if (const auto rest = rest_after("lkdtm: Performing "); !rest.empty()) {
    const auto entry = rest.find(" entry ");
    if (entry != std::string_view::npos)
      open_single("LKDTM " + std::string(first_word(rest.substr(entry + 7))), line);
    return;
  }
  // kasan test: kmalloc_oob_right out-of-bounds to right        (test_kasan before it was a KUnit suite)
  if (const auto rest = rest_after("kasan test: "); !rest.empty())
    return open_single("test_kasan " + std::string(first_word(rest)), line);
  // test_ubsan: testing module_init...
  if (const auto rest = rest_after("test_ubsan: "); !rest.empty()) return open_single("test_ubsan", line);
  // kselftest: Running tests in lkdtm
  if (const auto rest = rest_after("kselftest: Running tests in "); !rest.empty()) {
    close("kselftest lkdtm", line.number);
    if (first_word(rest) == "lkdtm") open({"kselftest lkdtm", line.number, UINT64_MAX, false, line.caller});
    return;
  }
  //     # Subtest: kasan
  if (const auto rest = rest_after("# Subtest: "); !rest.empty()) {
    const auto suite = first_word(rest);
    // One suite runs at a time; a parameterised case is a subtest of its suite.
    for (const auto known : kSuites) {
      if (suite == known) {
        close("KUnit " + std::string(known), line.number);
        open({"KUnit " + std::string(known), line.number, UINT64_MAX, false, line.caller});
      }
    }
    return;
  }
  // ok 1 kasan, not ok 1 slub_test
  auto result = body;
  skip(result, "not ");
  if (!skip(result, "ok ")) return;
  if (!take_number<std::uint64_t>(result)) return;
  skip(result, " - ");
  close("KUnit " + std::string(first_word(trim_left(result))), line.number);
}

void ProvokedSections::learn(const FrameTable& frames) {
  for (auto id = of_tests_.size(); id < frames.size(); ++id) {
    const auto& frame = frames[static_cast<FrameId>(id)];
    of_tests_.push_back(!lkdtm_test(frame.symbol).empty()  ? OfTest::test
                        : !words_for_module(frame).empty() ? OfTest::module
                                                           : OfTest::no);
    any_of_test_ = any_of_test_ || of_tests_.back() != OfTest::no;
  }
}

// The frame that tells which test a stack runs through, or else the first that tells whose.
std::optional<FrameId> ProvokedSections::test_frame(const Trace& trace) const {
  std::optional<FrameId> first;
  for (const auto& ref : trace.frames) {
    const auto tells = of_tests_[ref.frame];
    if (tells == OfTest::no || !ref.reliable) continue;
    if (tells == OfTest::test) return ref.frame;
    if (!first) first = ref.frame;
  }
  return first;
}

// Whose test code the stacks run through, by their frames alone.
std::string ProvokedSections::by_stacks(const Report& report, const FrameTable& frames) {
  learn(frames);
  if (!any_of_test_) return {};
  for (const auto& trace : report.traces)
    if (const auto id = test_frame(trace)) {
      const auto& frame = frames[*id];
      return of_tests_[*id] == OfTest::test
                 ? "LKDTM " + std::string(without_compiler_suffix(lkdtm_test(frame.symbol)))
                 : std::string(words_for_module(frame));
    }
  return {};
}

// The last one opened that the report begins in.
const ProvokedSections::Section* ProvokedSections::section_of(const Report& report,
                                                              const Caller& caller) const {
  for (auto section = sections_.rbegin(); section != sections_.rend(); ++section) {
    if (report.first_line >= section->reach) break;
    if (report.first_line < section->begin || report.first_line >= section->end) continue;
    if (!section->single || !section->caller.known() || section->caller.key() == caller.key())
      return &*section;
  }
  return nullptr;
}

std::string ProvokedSections::provoked_by(const Report& report, const Caller& caller,
                                          const FrameTable& frames) {
  auto found = by_stacks(report, frames);
  if (found.empty())
    if (const auto* section = section_of(report, caller)) found = section->name;
  if (!found.starts_with("KUnit ")) return found;
  if (const auto test = kunit_case(report, frames); !test.empty()) found.append(".").append(test);
  return found;
}

}  // namespace parser
