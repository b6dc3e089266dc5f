// Fixed sets of literals that a line may begin with, found by the line's first character: most lines begin
// as none of them does.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/scan.h"

namespace parser {

// Where among so many places a table keeps what begins with the two characters that `text` begins with; few
// share one.
template <std::size_t kPlaces>
constexpr std::size_t place_of(std::string_view text) {
  return (static_cast<unsigned char>(text[0]) * 183U + static_cast<unsigned char>(text[1])) % kPlaces;
}

// A literal, told by its first eight characters at once and by its last eight; only one of more than sixteen
// is read itself, wherever it lies.
class Start {
 public:
  constexpr Start() = default;
  constexpr explicit Start(std::string_view word)
      : text_(word.data()),
        size_(static_cast<std::uint16_t>(word.size())),
        known_(static_cast<std::uint8_t>(std::min(word.size(), kWord))) {
    head_ = word_of(word.substr(0, known_));
    if (word.size() > kWord) tail_ = word_of(word.substr(word.size() - kWord));
  }

  // As text.starts_with(text()); `head`: head_of(text).
  bool begins(std::string_view text, std::uint64_t head) const {
    return (head & kWordMasks[known_]) == head_ && (size_ <= kWord || goes_on(text));
  }
  constexpr std::string_view text() const { return {text_, size_}; }

  static std::uint64_t head_of(std::string_view text) {
    return text.size() >= kWord ? word_at(text.data()) : word_of(text);
  }

 private:
  static constexpr std::uint64_t word_of(std::string_view text) {
    std::array<char, kWord> word{};
    std::copy(text.begin(), text.end(), word.begin());
    return std::bit_cast<std::uint64_t>(word);
  }

  bool goes_on(std::string_view text) const {
    return text.size() >= size_ && word_at(text.data() + size_ - kWord) == tail_ &&
           (size_ <= 2 * kWord || is_same(text.data() + kWord, text_ + kWord, size_ - kWord));
  }

  std::uint64_t head_ = 0, tail_ = 0;
  const char* text_ = "";
  std::uint16_t size_ = 0;
  std::uint8_t known_ = 0;  // of the word, in head_
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
