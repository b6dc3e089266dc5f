// Fixed sets of literals that a line may begin with, found by the line's first character: most lines begin
// as none of them does.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "parser/scan.h"

namespace parser {

// Where among so many places a table keeps what begins with the two characters that `text` begins with; few
// share one.
template <std::size_t kPlaces>
constexpr std::size_t place_of(std::string_view text) {
  return (static_cast<unsigned char>(text[0]) * 37U + static_cast<unsigned char>(text[1])) % kPlaces;
}

// A literal, told by its first eight characters at once, where it has as many.
class Start {
 public:
  constexpr Start() = default;
  constexpr explicit Start(std::string_view word) : text_(word) {
    Head begin{}, known{};
    for (std::size_t i = 0; i < std::min(word.size(), begin.size()); ++i) {
      begin[i] = word[i];
      known[i] = static_cast<char>(-1);
    }
    head_ = std::bit_cast<std::uint64_t>(begin);
    mask_ = std::bit_cast<std::uint64_t>(known);
  }

  // As text.starts_with(text()); `head`: head_of(text).
  bool begins(std::string_view text, std::uint64_t head) const {
    return (head & mask_) == head_ &&
           (text_.size() <= sizeof(head) ||
            (text_.size() <= text.size() &&
             is_same(text.data() + sizeof(head), text_.data() + sizeof(head), text_.size() - sizeof(head))));
  }
  constexpr std::string_view text() const { return text_; }

  static std::uint64_t head_of(std::string_view text) {
    std::uint64_t head = 0;
    if (text.size() >= sizeof(head)) {
      std::memcpy(&head, text.data(), sizeof(head));
      return head;
    }
    Head begin{};
    std::copy(text.begin(), text.end(), begin.begin());
    return std::bit_cast<std::uint64_t>(begin);
  }

 private:
  using Head = std::array<char, sizeof(std::uint64_t)>;

  std::uint64_t head_ = 0, mask_ = 0;
  std::string_view text_{};
};

// None of the words may be empty.
template <std::size_t N>
class Starts {
 public:
  constexpr explicit Starts(const std::array<std::string_view, N>& words) {
    static_assert(N < 256);
    for (std::size_t i = 0; i < N; ++i) words_[i] = Start(words[i]);
    std::sort(words_.begin(), words_.end(),
              [](const Start& a, const Start& b) { return first_of(a.text()) < first_of(b.text()); });
    for (const auto& word : words_) ++begin_[first_of(word.text()) + 1];
    for (std::size_t i = 1; i < begin_.size(); ++i)
      begin_[i] = static_cast<std::uint8_t>(begin_[i] + begin_[i - 1]);
  }

  bool match(std::string_view text) const {
    if (text.empty()) return false;
    const auto first = first_of(text);
    const std::size_t end = begin_[first + 1];
    std::size_t i = begin_[first];
    if (i == end) return false;
    for (const auto head = Start::head_of(text); i < end; ++i)
      if (words_[i].begins(text, head)) return true;
    return false;
  }

 private:
  static constexpr std::size_t first_of(std::string_view text) {
    return static_cast<unsigned char>(text.front());
  }

  std::array<Start, N> words_{};
  std::array<std::uint8_t, 257> begin_{};  // of the words with that first character
};

template <typename... Words>
constexpr auto starts(const Words&... words) {
  return Starts<sizeof...(Words)>(std::array<std::string_view, sizeof...(Words)>{words...});
}

}  // namespace parser
