// Reports that the user does not want to hear of, by RE2 patterns with a reason each.
//
//   # a comment
//   title  ^INFO: task hung in jbd2_ -- slow disks of the farm
//   guilty ^vendor_                  -- out of tree, tracked by its maker
//   line   nouveau .*: timeout       -- firmware
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/model.h"

namespace re2 {
class RE2;
}

namespace cli {

class Suppressions {
 public:
  struct Rule {
    enum class Of : std::uint8_t { title, guilty, line };
    std::string file;
    std::uint64_t line = 0;
    Of of = Of::title;
    std::string pattern, reason;
  };

  Suppressions();
  ~Suppressions();
  Suppressions(Suppressions&&) noexcept;
  Suppressions& operator=(Suppressions&&) noexcept;

  // Adds the rules of a file; what is wrong with it as "FILE:LINE: why", and then nothing of it counts.
  std::vector<std::string> read(const std::string& file, std::string_view text);

  // The first rule that takes the report, by its place in the order of reading. Titles and alternative titles
  // count as titles; `text`: its lines. May be called by several threads.
  [[nodiscard]] std::optional<std::size_t> find(const parser::Report& report, std::string_view text) const;

  [[nodiscard]] std::size_t size() const { return rules_.size(); }
  const Rule& operator[](std::size_t i) const { return rules_[i]; }

 private:
  std::vector<Rule> rules_;
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

}  // namespace cli
