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

  // Empty if the pattern is none of the language, too long, or has more groups. All texts that it is asked of
  // are known to begin with `begin`.
  static std::optional<LineMatcher> compile(std::string_view pattern, bool open_end,
                                            std::string_view begin = {});

  // Gives up where a line makes it try too many ways, which grow with a power of the line's length.
  Answer match(std::string_view text, Groups& groups) const;

 private:
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

  // A set that is up to two ranges of ASCII, or all but them: told of eight characters at once.
  struct Ranges {
    std::array<std::uint8_t, 2> first{1, 1}, last{0, 0};  // empty
    bool inverted = false;

    // How many of the eight characters at `text` are in it, before the first that is not.
    std::size_t count_eight(const char* text) const;
  };

  struct Literal {
    std::uint16_t length = 0, index = 0;  // in literals_
    std::array<char, 8> begin{};          // its first characters once more, which tell most lines
  };
  struct Repeat {
    enum class Of : std::uint8_t { any, ranges, set };  // any: "."
    std::uint16_t set = 0;                              // in sets_
    std::uint16_t least = 1, most = 1;
    std::uint8_t then = 0;  // the literal that follows it is so many steps on; 0: none does
    Of of = Of::set;
    bool certain = false;  // fewer than there are need not be tried
    Ranges ranges;
  };
  struct Either {
    std::uint16_t set = 0, other_set = 0;  // what its ways begin with
    std::uint16_t skip = 0;
    bool ends = false, other_ends = false;  // whether the text may end with that way
  };
  struct Step {
    enum class Kind : std::uint8_t {
      literal,
      repeat,       // of one set's characters, as many as there are, then fewer
      repeat_lazy,  // ... as few as there may be, then more
      either,       // goes on with the next step; failing that, `skip` steps on
      jump,         // `skip` steps on
      pass,         // for its slot
      end,
    };

    Step() : literal{} {}
    explicit Step(const Literal& step) : literal(step) {}
    explicit Step(const Repeat& step) : kind(Kind::repeat), repeat(step) {}
    explicit Step(const Either& step) : kind(Kind::either), either(step) {}
    explicit Step(Kind without) : kind(without), skip(0) {}

    // Small: all of a pattern's steps are to lie in few cache lines.
    Kind kind = Kind::literal;
    std::uint8_t slot = kNoSlot;  // where the place in front of it is kept
    union {
      Literal literal;
      Repeat repeat;  // lazy or not
      Either either;
      std::uint16_t skip;  // jump
    };
  };
  using Steps = std::vector<Step>;
  static constexpr std::size_t kMaxPattern = 4096;  // bytes
  static constexpr std::uint8_t kNoSlot = 2 * kMaxGroups;

  struct Compiler;
  struct Run;

  Steps steps_;
  std::uint32_t groups_ = 0;
  std::uint16_t begin_ = 0;  // where in the text they begin
  bool open_end_ = false;
  std::vector<Set> sets_;
  std::string literals_;
};

}  // namespace parser
