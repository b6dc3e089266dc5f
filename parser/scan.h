// Reading numbers and literals off kernel text. Views into the caller's buffer; nothing here allocates.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace parser {

// A set of characters, asked without a branch for each.
class Characters {
 public:
  constexpr explicit Characters(std::string_view members) {
    for (const char c : members) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// Figures and letters come in no order that a branch could be predicted by.
inline constexpr Characters kHexDigits("0123456789abcdefABCDEF");
inline bool is_hex(char c) {
  return kHexDigits.has(c);
}

// Symbols as kallsyms prints them: C, C++ and Rust mangled names, "name.isra.0", "$x" of arm64, "__pfx_f".
inline bool is_symbol_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '$' || c == '@';
}

// As text.starts_with(word), for a word that is not known when this is compiled: one that does not stand
// there is mostly told by its last character, without a call.
constexpr bool begins_with(std::string_view text, std::string_view word) {
  return word.empty() ||
         (text.size() >= word.size() && text[word.size() - 1] == word.back() && text.starts_with(word));
}

// Eight characters at once, in the machine's order.
inline constexpr std::size_t kWord = sizeof(std::uint64_t);
inline std::uint64_t word_at(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, kWord);
  return word;
}
// Of so many characters at the front of a word.
inline constexpr auto kWordMasks = [] {
  std::array<std::uint64_t, kWord + 1> masks{};
  std::array<char, kWord> known{};
  for (std::size_t i = 0; i < kWord; ++i) {
    known[i] = static_cast<char>(-1);
    masks[i + 1] = std::bit_cast<std::uint64_t>(known);
  }
  return masks;
}();

// As memcmp() says, without a call: it is asked of each line, and more than once.
inline bool is_same(const char* a, const char* b, std::size_t size) {
  if (size < kWord) return std::memcmp(a, b, size) == 0;
  const auto differ = [a, b](std::size_t at) { return word_at(a + at) ^ word_at(b + at); };
  if (size < 2 * kWord) return (differ(0) | differ(size - kWord)) == 0;
  for (std::size_t at = 0; at + 2 * kWord < size; at += 2 * kWord)
    if ((differ(at) | differ(at + kWord)) != 0) return false;
  return (differ(size - 2 * kWord) | differ(size - kWord)) == 0;
}

// Removes `literal` from the front of `text` if it stands there.
inline bool skip(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

// Removes the digits at the front of `text`, no more than `at_most`; false if there are fewer than
// `at_least`.
inline bool skip_digits(std::string_view& text, std::size_t at_least, std::size_t at_most) {
  std::size_t count = 0;
  while (count < text.size() && count < at_most && is_digit(text[count])) ++count;
  if (count < at_least) return false;
  text.remove_prefix(count);
  return true;
}

inline void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// Calls `use(std::string_view)` for each word between blanks.
template <typename Use>
void for_each_word(std::string_view words, Use&& use) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) use(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

inline std::string_view trim_left(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

inline std::string_view trim_right(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// A number at the front of `text`, removed from it. Empty if there is none or it does not fit.
template <typename Number>
std::optional<Number> take_number(std::string_view& text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// All of `text` as a number; a leading "0x" is taken when the base is 16.
template <typename Number = std::uint64_t>
std::optional<Number> to_number(std::string_view text, int base = 10) {
  if (base == 16) skip(text, "0x");
  const auto value = take_number<Number>(text, base);
  return text.empty() ? value : std::nullopt;
}

}  // namespace parser
