#include "parser/quoted_printable.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "parser/scan.h"

namespace parser {
namespace {

// "Content-Transfer-Encoding: quoted-printable": the encoding's name
std::optional<std::string> encoding_of(std::string_view raw) {
  constexpr std::string_view kHeader = "content-transfer-encoding:";
  if (raw.size() < kHeader.size()) return std::nullopt;
  std::string lower(raw.substr(0, 80));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!lower.starts_with(kHeader)) return std::nullopt;
  return std::string(trim_right(trim_left(std::string_view(lower).substr(kHeader.size()))));
}

bool is_upper_hex(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F');
}

// Whoever writes quoted-printable escapes each '='. A line with another one ("cpu=0") was not written so.
bool is_encoded(std::string_view raw) {
  for (auto at = raw.find('='); at != std::string_view::npos && at + 1 < raw.size();
       at = raw.find('=', at + 3))
    if (at + 2 >= raw.size() || !is_upper_hex(raw[at + 1]) || !is_upper_hex(raw[at + 2])) return false;
  return true;
}

// "=3D" -> '='. Escaped control characters stay as they are: no log has a use for them.
void decode(std::string_view raw, std::string& line) {
  while (!raw.empty()) {
    const auto equals = std::min(raw.find('='), raw.size());
    line.append(raw.substr(0, equals));
    raw.remove_prefix(equals);
    if (raw.empty()) return;
    std::optional<unsigned> byte;
    if (raw.size() >= 3) byte = to_number<unsigned>(raw.substr(1, 2), 16);
    const bool plain = byte && (*byte >= 0x20 || *byte == '\t') && *byte != 0x7f;
    line.push_back(plain ? static_cast<char>(*byte) : '=');
    raw.remove_prefix(plain ? 3 : 1);
  }
}

}  // namespace

void QuotedPrintable::turn_on_or_off(std::string_view raw) {
  if (const auto encoding = encoding_of(raw))
    on_ = *encoding == "quoted-printable";
  else if (on_ && raw.starts_with("From ") && raw.find('@') != std::string_view::npos)
    on_ = false;  // the next mail of a mailbox
  else if (!on_ && raw.ends_with("=") && raw.find("=3D") != std::string_view::npos && is_encoded(raw))
    on_ = true;
}

bool QuotedPrintable::take(std::string_view raw, std::uint64_t number) {
  turn_on_or_off(raw);
  if (!open_) {
    line_.clear();
    number_ = number;
  }
  if (!on_ || !is_encoded(raw)) {
    open_ = false;
    line_.append(raw);
    return true;
  }
  const bool soft = raw.ends_with("=");
  decode(soft ? raw.substr(0, raw.size() - 1) : raw, line_);
  open_ = soft && line_.size() < kLongest;
  return !open_;
}

bool QuotedPrintable::finish() {
  const bool left = open_;
  open_ = false;
  return left;
}

}  // namespace parser
