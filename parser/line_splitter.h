// Bytes in any chunks -> lines. Carriage returns at the end, NUL bytes and ANSI escape sequences are taken
// out; a line longer than kMaxLine is cut there (the kernel's own limit is about 1 KiB) and the cut is
// counted.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace parser {

// What an input's bytes look like; tells a log from a binary file.
struct TextFacts {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t text_lines = 0;  // printable characters or UTF-8, with few NUL bytes between
  std::uint64_t text_bytes = 0;  // bytes of those lines
  std::uint64_t nul_bytes = 0;   // holes and padding; neither text nor a sign against it
  std::uint64_t cut_lines = 0;
};

class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;

  // Whole lines, their ends among the bytes.
  struct Ahead {
    std::size_t bytes = 0;
    std::uint64_t lines = 0;
  };

  // Calls on_line(std::string_view cleaned_line, std::uint64_t number_from_1) for each line that `chunk`
  // completes. The view is good for the call only.
  template <typename OnLine>
  void feed(std::string_view chunk, OnLine&& on_line) {
    feed(chunk, on_line, [](std::string_view, std::uint64_t) { return Ahead{}; });
  }
  // The same for a reader who often knows what the next lines are: read_ahead(std::string_view rest,
  // std::uint64_t number_of_the_last_line) says how many of them it took, and their ends are not looked for.
  template <typename OnLine, typename ReadAhead>
  void feed(std::string_view chunk, OnLine&& on_line, ReadAhead&& read_ahead) {
    facts_.bytes += chunk.size();
    while (!chunk.empty()) {
      const auto lines = first_lines(chunk);
      chunk.remove_prefix(lines.size());
      if (is_plain(lines))
        split_plain(lines, on_line, read_ahead);
      else
        split_any(lines, on_line);
    }
  }

  // The last line, when the input does not end in a newline.
  template <typename OnLine>
  void finish(OnLine&& on_line) {
    if (!held_.empty() || held_dropped_ > 0) flush(on_line);
  }

  const TextFacts& facts() const { return facts_; }

 private:
  static constexpr std::uint64_t kProof = 100;  // lines of text that prove an input to be text

  // Where the next of the bytes stands that have to be taken out: most text has none, so that each line is
  // not searched.
  class Unclean {
   public:
    explicit Unclean(std::string_view text) : nul_(find('\0', text)), escape_(find('\x1b', text)) {}
    // `piece`: what comes next of the text.
    bool is_in(std::string_view piece) const { return std::min(nul_, escape_) < piece.data() + piece.size(); }
    // Goes on with `rest`, which ends where the text does.
    void pass(std::string_view rest) {
      if (nul_ < rest.data()) nul_ = find('\0', rest);
      if (escape_ < rest.data()) escape_ = find('\x1b', rest);
    }

   private:
    static const char* find(char byte, std::string_view text) {
      return text.data() + std::min(text.find(byte), text.size());
    }
    const char* nul_;
    const char* escape_;
  };

  // As much of `chunk` as is still in the fastest cache when it is read again line by line: whole lines,
  // unless one is longer.
  static std::string_view first_lines(std::string_view chunk) {
    constexpr std::size_t kWindow = 4 * 1024;  // bytes
    if (chunk.size() <= kWindow) return chunk;
    const auto newline = chunk.rfind('\n', kWindow - 1);
    return chunk.substr(0, newline == std::string_view::npos ? kWindow : newline + 1);
  }

  // Whether lines of `text` can be handed on as they are. Once an input has proved to be text, looking at
  // every further line would only cost time.
  bool is_plain(std::string_view text) const {
    return facts_.text_lines >= kProof && held_.empty() && held_dropped_ == 0 && text.size() <= kMaxLine &&
           !Unclean(text).is_in(text);
  }

  template <typename OnLine, typename ReadAhead>
  void split_plain(std::string_view text, OnLine&& on_line, ReadAhead&& read_ahead) {
    for (;;) {
      const auto newline = text.find('\n');
      if (newline == std::string_view::npos) break;
      auto line = text.substr(0, newline);
      text.remove_prefix(newline + 1);
      ++facts_.lines;
      ++facts_.text_lines;
      facts_.text_bytes += line.size();
      while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      on_line(line, facts_.lines);
      const auto ahead = read_ahead(text, facts_.lines);
      text.remove_prefix(ahead.bytes);
      facts_.lines += ahead.lines;
      facts_.text_lines += ahead.lines;
      facts_.text_bytes += ahead.bytes - ahead.lines;
    }
    if (!text.empty()) hold(text, true);
  }

  // Not inlined, for it may not spread between the few lines of the other.
  template <typename OnLine>
  [[gnu::noinline]] void split_any(std::string_view text, OnLine&& on_line) {
    Unclean unclean(text);
    while (!text.empty()) {
      const auto newline = text.find('\n');
      const bool whole = newline != std::string_view::npos;
      const auto piece = text.substr(0, newline);
      const bool clean = !unclean.is_in(piece);
      text.remove_prefix(piece.size() + (whole ? 1 : 0));
      if (!clean) unclean.pass(text);
      if (!whole) {
        hold(piece, clean);
      } else if (held_.empty() && held_dropped_ == 0 && (clean || piece.size() <= kMaxLine)) {
        emit(piece, clean, on_line);
      } else {
        hold(piece, clean);
        flush(on_line);
      }
    }
  }

  void hold(std::string_view piece, bool clean);
  // Cleans `raw` into scratch_ if needed, keeps the facts, and returns what a reader should see.
  std::string_view cleaned(std::string_view raw, bool clean);

  template <typename OnLine>
  void emit(std::string_view raw, bool clean, OnLine&& on_line) {
    if (raw.size() > kMaxLine) {
      raw = raw.substr(0, kMaxLine);
      ++facts_.cut_lines;
    }
    const auto line = cleaned(raw, clean);
    on_line(line, facts_.lines);
  }

  template <typename OnLine>
  void flush(OnLine&& on_line) {
    if (held_dropped_ > 0) ++facts_.cut_lines;
    const auto line = cleaned(held_, held_clean_);
    on_line(line, facts_.lines);
    held_.clear();
    held_dropped_ = 0;
    held_clean_ = true;
  }

  TextFacts facts_;
  std::string held_;     // a line whose end has not come yet
  std::string scratch_;  // the cleaned form of the current line
  std::uint64_t held_dropped_ = 0;
  bool held_clean_ = true;
};

}  // namespace parser
