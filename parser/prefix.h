// What stands before the kernel's own text on a line: time, level, caller, and what syslog or journald add.
// Shapes are told per line, so one log may mix them.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace parser {

// Who printed a line: "[  T123]" a thread, "[    C0]" a CPU in interrupt context (CONFIG_PRINTK_CALLER).
struct Caller {
  char kind = 0;  // 'T', 'C', 0 where the line does not say, '?' where the demuxer says it (demux.h)
  std::uint32_t id = 0;

  bool known() const { return kind != 0; }
  bool inferred() const { return kind == '?'; }
  // One number for maps; 0 is "not said".
  std::uint64_t key() const {
    return kind == 0 ? 0 : (std::uint64_t{static_cast<unsigned char>(kind)} << 32) | id;
  }
};

// Kernel time in microseconds since boot. Most lines' is never asked for, so that "   12.345678" is kept as
// it stands and read when it is.
class KernelTime {
 public:
  static constexpr std::size_t kStamp = 12;  // columns: five for seconds, a point, six for micros

  // A number where there is one; below zero it is none.
  void set(std::optional<std::int64_t> micros) {
    micros_ = micros.value_or(-1);
    stamped_ = false;
  }
  // Of blanks, digits and the point, at their columns.
  void set_stamp(const char* stamp) {
    std::memcpy(stamp_.data(), stamp, kStamp);
    stamped_ = true;
  }
  [[nodiscard]] std::optional<std::int64_t> micros() const;

 private:
  std::int64_t micros_ = -1;
  std::array<char, kStamp> stamp_{};
  bool stamped_ = false;
};

struct Line {
  std::uint64_t number = 0;  // from 1
  std::string_view text;     // the kernel's text; leading spaces are its own
  std::string_view raw;      // with all that stood before it
  Caller caller;
  std::optional<int> level;  // 0..7
  KernelTime time;
  // A log's prefix was taken off the front. Quotes of mail and times of CI systems are none: any text may
  // stand behind them.
  bool prefixed = false;
  bool userspace = false;  // none of the kernel's: a syslog line with another tag, a mark of the container
  // Of the last line read into this: what stood at the usual columns of second and caller, and the caller.
  std::uint64_t seconds_columns = ~std::uint64_t{0};
  std::uint64_t caller_columns = 0;
  Caller usual_caller;
  std::size_t usual_width = 0;  // of the prefix, if it was "[   12.345678] " or "[   12.345678][  T123] "
};

// Takes the prefixes off `raw`. Never fails: an unknown shape is all text.
void read_line(std::string_view raw, std::uint64_t number, Line& line);
inline Line read_line(std::string_view raw, std::uint64_t number) {
  Line line;
  read_line(raw, number, line);
  return line;
}

// Where the text begins of the line that `next` begins with, if it is indented and only the fraction of its
// second tells its prefix from that of `line`, which then has its time; else 0. Its end is not looked for.
std::size_t repeat_prefix(std::string_view next, Line& line);

// What nearly all lines are not; the cheap test before glued_line(). Rows and frames are indented, and are
// most of what there is; few others have a bracket in the middle.
inline bool may_be_glued(const Line& line) {
  return line.text.size() > KernelTime::kStamp + 2 && line.text.front() != ' ' &&
         line.text.find('[', 1) != std::string_view::npos;
}

// The second of two lines that stand on one, each with its time at the usual width, as a serial console loses
// a newline: "[   12.345678] foo[   12.345680] BUG: bar". `first`: the first one's text.
std::optional<Line> glued_line(const Line& line, std::string_view& first);

// Lines in their order: a printk of several lines has its prefix once where dmesg prints it, and its other
// lines are indented by that prefix's width. They come out with the first one's caller, level and time.
class PrefixReader {
 public:
  // Good until the next call.
  const Line& read(std::string_view raw, std::uint64_t number) {
    if (width_ != 0 && raw.size() > width_ && raw.front() == ' ' && raw.find_first_not_of(' ') >= width_) {
      line_.number = number;
      line_.raw = raw;
      line_.text = raw.substr(width_);
      return line_;
    }
    read_line(raw, number, line_);
    // Narrower prefixes ("<6>") are none of dmesg's, and a stack's own blanks would pass for an indent.
    constexpr std::size_t kNarrowest = 8;
    const auto width = raw.size() - line_.text.size();
    width_ = line_.prefixed && !line_.userspace && width >= kNarrowest ? width : 0;
    return line_;
  }

  // The last one. Its text is no longer good.
  Line& last() { return line_; }

 private:
  std::size_t width_ = 0;  // of the last line's prefix; 0: the next line continues none
  Line line_;              // in place: copying what was just written bit by bit stalls
};

}  // namespace parser
