// Mail whose body is quoted-printable (RFC 2045): "=3D" for '=', "=20" at a line's end, and lines broken
// softly by '=' at their end. Off until the text itself says that it is such mail: by a header, or by a line
// that ends in '=' and has "=3D" in it, which kernel text ("cpu=0") has not.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace parser {

class QuotedPrintable {
 public:
  static constexpr std::size_t kLongest = 64 * 1024;  // of a joined line; more is handed on in parts

  // Whether lines have to be handed to take(). Cheap.
  bool wants(std::string_view raw) const {
    if (on_ || raw.size() < 8) return on_;
    // A soft line break, no ruler of "=", or "Content-Transfer-Encoding:"
    return (raw.back() == '=' && raw[raw.size() - 2] != '=') ||
           (raw[7] == '-' && (raw.front() == 'C' || raw.front() == 'c'));
  }

  // True: a line is complete, it is in line() and began at number(). False: it goes on.
  bool take(std::string_view raw, std::uint64_t number);
  // What is left at the end of the input. False if there is nothing.
  bool finish();

  bool on() const { return on_; }
  std::string_view line() const { return line_; }
  std::uint64_t number() const { return number_; }
  void reset() { *this = QuotedPrintable{}; }

 private:
  void turn_on_or_off(std::string_view raw);

  bool on_ = false;
  bool open_ = false;  // line_ goes on
  std::string line_;
  std::uint64_t number_ = 0;
};

}  // namespace parser
