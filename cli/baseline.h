// The failures that are known: a file for people to review, a line for each title.
//
//   # depot-analyze baseline 1
//
//   # the fix is in linux-next
//   1-6f0c2d9be418 arch=arm64 kernel=6.12.* expires=2026-12-31 link=https://... | KASAN: invalid-free in foo
//
// What stands between signature and bar narrows an entry or tells more; all of it may be left out. A comment
// belongs to the entry below it. The signature of a hand-written entry may be "-": it follows from the title.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/triage_result.h"

namespace cli {

struct BaselineEntry {
  std::string signature;             // as current as this program, whatever the file has
  std::string title;                 // a label: title, or "title, detail"
  std::string arch, kernel, config;  // shell patterns; empty: any
  std::string expires;               // "2026-12-31", the last day on which it counts; empty: never
  std::string link;
  std::vector<std::string> comments;  // lines above it, with their "#"
  std::uint64_t line = 0;

  [[nodiscard]] bool covers(const KernelFacts& kernel_facts, const std::string& config_name) const;
};

class Baseline {
 public:
  // Reads the text of `file`; what is wrong with it is appended to `errors` as "FILE:LINE: why".
  static Baseline read(const std::string& file, std::string_view text, std::vector<std::string>& errors);

  // Says of each group of findings whether it is known, and fills the result's lists of unmatched and expired
  // entries. `today`: "2026-11-25". `config`: what the user calls the kernel's config, may be empty.
  void judge(TriageResult& result, const std::string& today, const std::string& config) const;

  // Adds an entry for each title of the result's findings that none covers yet.
  void add_new(const TriageResult& result);

  // The whole file, entries by title. What read() took comes out again, in order.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::vector<BaselineEntry>& entries() const { return entries_; }

 private:
  std::string file_;
  std::vector<std::string> header_, trailer_;  // comments that belong to no entry
  std::vector<BaselineEntry> entries_;
};

// Whether `text` is a day: "2026-12-31".
bool is_date(std::string_view text);

// Replaces `file` by `text` in one step, so that no reader ever sees half of it. An error's text, or empty.
std::string replace_file(const std::string& file, std::string_view text);

}  // namespace cli
