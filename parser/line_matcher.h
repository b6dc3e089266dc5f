// Patterns of printed lines, matched by trying one way after another. RE2 is made for any pattern over any
// text and takes some six times as long on them (tests/bench/rules_bench.cpp): the tables' are mostly
// literals with a few captures between them.
//
// The language is the part of RE2's that such tables need: literals, ".", classes, \d \w \s \S, groups with
// and without capture, "|", and ? * + {n,m} with their lazy forms on a single character, "?" on a group. What
// is matched and captured is what RE2 says (Latin-1, anchored at the start, leftmost-first).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parser {

class LineMatcher {
 public:
  static constexpr std::size_t kMaxGroups = 8;
  using Groups = std::array<std::string_view, kMaxGroups>;
  enum class Answer : std::uint8_t { no, yes, gave_up };

  // Empty if the pattern is none of the language, too long, or has more groups.
  static std::optional<LineMatcher> compile(std::string_view pattern, bool open_end);

  // Gives up where a line makes it try too many ways, which grow with a power of the line's length.
  Answer match(std::string_view text, Groups& groups) const;

 private:
  struct Step {
    enum class Kind : std::uint8_t {
      literal,
      repeat,       // of one set's characters, as many as there are, then fewer
      repeat_lazy,  // ... as few as there may be, then more
      either,       // goes on with the next step; failing that, `skip` steps on
      jump,         // `skip` steps on
      save,         // the place, in slot `index`
      end,
    };
    // Small: all of a pattern's steps are to lie in few cache lines.
    Kind kind = Kind::literal;
    bool any = false;                       // repeat: of "."
    bool certain = false;                   // ... fewer than there are need not be tried
    bool ends = false, other_ends = false;  // either: whether the text may end with its first or second way
    std::uint16_t then = 0;    // repeat: the literal that follows it is so many steps on; 0: none does
    std::uint16_t index = 0;   // into literals_, sets_ (either: of its first way), or the slots
    std::uint16_t other = 0;   // either: of its second way
    std::uint16_t length = 0;  // of a literal
    std::uint16_t least = 1, skip = 0;
    std::uint32_t most = 1;
  };
  using Steps = std::vector<Step>;
  static constexpr std::size_t kMaxPattern = 4096;  // bytes

  // Of characters, a bit for each.
  class Set {
   public:
    void add(unsigned char c) { bits_[c / 64] |= std::uint64_t{1} << c % 64; }
    bool has(char c) const {
      const auto byte = static_cast<unsigned char>(c);
      return (bits_[byte / 64] >> byte % 64 & 1) != 0;
    }

   private:
    std::array<std::uint64_t, 4> bits_{};
  };

  struct Compiler;
  struct Run;

  Steps steps_;
  std::string literals_;
  std::vector<Set> sets_;
  std::uint32_t groups_ = 0;
  bool open_end_ = false;
};

}  // namespace parser
