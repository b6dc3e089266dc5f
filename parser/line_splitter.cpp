#include "parser/line_splitter.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace parser {
namespace {

constexpr std::size_t kTextMinimum = 3;  // printable characters that a line of text has at least
constexpr std::size_t kTextPerNulRun =
    8;  // a string table has a NUL after every word, a damaged log here and there

// Skips one escape sequence: "\x1b[31m" (CSI), "\x1b]0;title\x07" (OSC), or ESC and one character.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {
    for (std::size_t i = 2; i < text.size(); ++i)
      if (text[i] >= '@' && text[i] <= '~') return i + 1;
    return text.size();
  }
  if (text[1] == ']') {
    for (std::size_t i = 2; i < text.size(); ++i) {
      if (text[i] == '\a') return i + 1;
      if (text[i] == '\x1b') return std::min(i + 2, text.size());
    }
    return text.size();
  }
  return 2;
}

// Whether the next eight bytes are there and all printable ASCII.
constexpr std::size_t kAtOnce = sizeof(std::uint64_t);
bool is_plain_word(std::string_view line) {
  if (line.size() < kAtOnce) return false;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, line.data(), kAtOnce);
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101, kHighs = 0x80 * kOnes;
  // Where no byte has its high bit, none borrows from or carries into the next but one that is not printable.
  const auto control = bytes - 0x20 * kOnes;
  const auto erase = bytes + kOnes;
  return ((bytes | control | erase) & kHighs) == 0;
}

// Whether a person would call this a line of text: printable characters or UTF-8, tabs and carriage returns.
bool looks_like_text(std::string_view line, std::size_t nul_runs) {
  std::size_t printable = 0;
  std::size_t high = 0;
  while (!line.empty()) {
    if (is_plain_word(line)) {
      printable += kAtOnce;
      line.remove_prefix(kAtOnce);
      continue;
    }
    const auto byte = static_cast<unsigned char>(line.front());
    line.remove_prefix(1);
    if (byte >= 0x80) {
      ++high;
    } else if (byte >= 0x20 && byte != 0x7f) {
      ++printable;
    } else if (byte != '\t' && byte != '\r') {
      return false;
    }
  }
  return printable >= kTextMinimum && printable >= kTextPerNulRun * nul_runs && high <= printable;
}

}  // namespace

void LineSplitter::hold(std::string_view piece, bool clean) {
  held_clean_ = held_clean_ && clean;
  const auto keep = [this](std::string_view bytes) {
    const auto room = kMaxLine - std::min(kMaxLine, held_.size());
    held_.append(bytes.substr(0, room));
    held_dropped_ += bytes.size() - std::min(room, bytes.size());
  };
  if (clean) return keep(piece);
  while (!piece.empty()) {
    const auto nuls = std::min(piece.find_first_not_of('\0'), piece.size());
    if (nuls > 0) {
      // A hole of NUL bytes, as a crash leaves them, must not use up the room of the line: one stands for
      // all.
      const bool first = held_.size() < kMaxLine && (held_.empty() || held_.back() != '\0');
      const std::size_t kept = first ? 1 : 0;
      facts_.nul_bytes += nuls - kept;
      keep(piece.substr(0, kept));
      piece.remove_prefix(nuls);
    }
    const auto text = piece.substr(0, piece.find('\0'));
    keep(text);
    piece.remove_prefix(text.size());
  }
}

std::string_view LineSplitter::cleaned(std::string_view raw, bool clean) {
  ++facts_.lines;
  const auto raw_size = raw.size();
  std::size_t nul_runs = 0;
  if (!clean) {
    scratch_.clear();
    bool after_nul = false;
    while (!raw.empty()) {
      if (raw.front() == '\x1b') {
        raw.remove_prefix(escape_length(raw));
        continue;
      }
      const bool nul = raw.front() == '\0';
      if (nul) {
        ++facts_.nul_bytes;
        if (!after_nul) ++nul_runs;
      } else {
        scratch_.push_back(raw.front());
      }
      after_nul = nul;
      raw.remove_prefix(1);
    }
    raw = scratch_;
  }
  while (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  if (facts_.lines == 1 && raw.starts_with("\xef\xbb\xbf")) raw.remove_prefix(3);  // a byte order mark
  if ((clean && facts_.text_lines >= kProof) || looks_like_text(raw, nul_runs)) {
    ++facts_.text_lines;
    facts_.text_bytes += raw_size;
  }
  return raw;
}

}  // namespace parser
