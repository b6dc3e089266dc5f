// Fixed sets of literals that a line may begin with, found by the line's first character: most lines begin
// as none of them does.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/scan.h"

namespace parser {

// None of the words may be empty.
template <std::size_t N>
class Starts {
 public:
  constexpr explicit Starts(const std::array<std::string_view, N>& words) : words_(words) {
    std::sort(words_.begin(), words_.end(),
              [](std::string_view a, std::string_view b) { return first_of(a) < first_of(b); });
    for (const auto word : words_) ++begin_[first_of(word) + 1];
    for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] = begin_[i] + begin_[i - 1];
  }

  constexpr bool match(std::string_view text) const {
    if (text.empty()) return false;
    const auto first = first_of(text);
    for (std::size_t i = begin_[first]; i < begin_[first + 1]; ++i)
      if (begins_with(text, words_[i])) return true;
    return false;
  }

 private:
  static constexpr std::size_t first_of(std::string_view text) {
    return static_cast<unsigned char>(text.front());
  }

  std::array<std::string_view, N> words_;
  std::array<std::uint16_t, 257> begin_{};  // of the words with that first character
};

template <typename... Words>
constexpr auto starts(const Words&... words) {
  return Starts<sizeof...(Words)>(std::array<std::string_view, sizeof...(Words)>{words...});
}

}  // namespace parser
