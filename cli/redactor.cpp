#include "cli/redactor.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace cli {
namespace {

constexpr unsigned kPageBits = 12;
constexpr std::uint64_t kPageMask = (std::uint64_t{1} << kPageBits) - 1;
constexpr std::uint64_t kLeastPointer = 0x10000;
constexpr std::uint64_t kLeastWidePointer = std::uint64_t{1} << 32;

// One alternative per kind, the more telling first; the group that matched names it.
enum MaskGroup : std::size_t {
  kWhole,
  kMail,
  kUuid,
  kMac,
  kIp6,
  kIp4,
  kPath,
  kHost,
  kHex,
  kSerial,
  kUser,
  kWord,
  kGroups
};
constexpr const char* kPattern =
    // "(lab@builder)" of the banner too; not "@offset=112"
    R"((?i)([a-z0-9._%+-]+@[a-z0-9][a-z0-9._-]*))"
    R"(|\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b)"
    R"(|\b((?:[0-9a-f]{2}:){5,19}[0-9a-f]{2}|(?:[0-9a-f]{2}-){5}[0-9a-f]{2})\b)"
    R"(|([0-9a-f]{0,4}:(?:[0-9a-f]{0,4}:){1,7}(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{0,4})))"
    // threads are named "nfs_10.0.0.1-manager"
    R"(|\b(?:[a-z0-9_-]*[a-z_-])?((?:[0-9]{1,3}\.){3}[0-9]{1,3})\b)"
    R"(|((?:/home|/root|/users|/var/home|/run/user)\b(?:/[^\s:;,'"<>()\[\]|\\]*)?))"
    R"(|\b((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|edu|gov|mil|int|dev|cloud|local|lan|localdomain|internal|intranet|corp|home|arpa|example|test|invalid))\b)"
    R"(|\b(?:0x)?([0-9a-f]{8,16})\b)"
    R"(|\b(?:serial(?:[ _-]?(?:number|no\.?))?|s/n)\s*[:=#]\s*([^\s,;]+))"
    R"(|\b(?:(?:user|username|login|uid)\s*[=:]\s*|[ug]id=[0-9]+\()([a-z_][a-z0-9_.-]*))"
    R"(|([a-z0-9_][a-z0-9_-]*))";

// The home directory's owner: "bob" of "/home/bob/x". Below /root there is but one, and everybody knows it.
std::string_view owner(std::string_view path) {
  for (const std::string_view home : {"/var/home/", "/home/", "/users/", "/Users/"}) {
    if (!path.starts_with(home)) continue;
    path.remove_prefix(home.size());
    return path.substr(0, path.find('/'));
  }
  return {};
}

// A user or host whose name means something else as well does not become a word that is looked for
// everywhere.
bool telling(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kOrdinary{
      "root", "kernel", "localhost", "user", "init", "test", "linux", "build", "none", "host", "admin"};
  return name.size() >= 3 && std::find(kOrdinary.begin(), kOrdinary.end(), name) == kOrdinary.end() &&
         !std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, 16> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Words may be joined by dashes, "web-01" as "x-ffff888001a5e070". False, and nothing done, if there is none.
template <typename Take>
bool each_piece(std::string_view word, Take&& take) {
  if (word.find('-') == std::string_view::npos) return false;
  for (auto dash = word.find('-'); dash != std::string_view::npos; dash = word.find('-')) {
    take(word.substr(0, dash));
    word.remove_prefix(dash + 1);
  }
  take(word);
  return true;
}

std::uint64_t number(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

struct Redactor::Patterns {
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes of a log need not be UTF-8
    return options;
  }

  re2::RE2 any{kPattern, options()};
  // "Object   ffff888001a5e008: 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkk"
  re2::RE2 dump{R"(^(.*\b(?:Redzone|Object|Padding|Bytes b4)\s+[0-9a-fA-F]{8,16}: )((?:[0-9a-f]{2} )+)(.*)$)",
                options()};

  // Calls take(group, text) for everything in order; what is no match is of group kWhole.
  template <typename Take>
  void each(std::string_view text, const Take& take) const {
    std::array<re2::StringPiece, kGroups> found;
    std::size_t at = 0;
    while (at < text.size()) {
      if (!any.Match(re2::StringPiece(text.data(), text.size()), at, text.size(), re2::RE2::UNANCHORED,
                     found.data(), static_cast<int>(kGroups)))
        break;
      auto group = std::size_t{kMail};
      while (group + 1 < kGroups && found[group].data() == nullptr) ++group;
      const std::string_view part(found[group].data(), found[group].size());
      auto begin = static_cast<std::size_t>(part.data() - text.data());
      auto end = begin + part.size();
      const bool glued = group == kIp6 && ((begin > 0 && is_word(text[begin - 1])) ||
                                           (end < text.size() && is_word(text[end])));
      if ((group == kIp6 && (glued || part == "::" || !is_ip(AF_INET6, part))) ||
          (group == kIp4 && !is_ip(AF_INET, part))) {
        // No address: the word ahead of the colon is looked at again, on its own.
        const auto stop = std::max(text.find_first_of(":.", begin), begin) + 1;
        std::array<re2::StringPiece, kGroups> again;
        const auto word = text.substr(0, std::min(stop, text.size()));
        take(kWhole, text.substr(at, begin - at));
        if (any.Match(re2::StringPiece(word.data(), word.size() - 1), begin, word.size() - 1,
                      re2::RE2::ANCHOR_BOTH, again.data(), static_cast<int>(kGroups)) &&
            again[kWord].data() != nullptr)
          take(kWord, word.substr(begin, word.size() - 1 - begin));
        else
          take(kWhole, word.substr(begin, word.size() - 1 - begin));
        take(kWhole, text.substr(word.size() - 1, 1));
        at = word.size();
        continue;
      }
      // Sentences end with a stop, which is no part of a name.
      while (group == kMail && end > begin + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
      // What stands before an address in the same word may be a name of its own.
      if (group == kIp4)
        each(text.substr(at, begin - at), take);
      else
        take(kWhole, text.substr(at, begin - at));
      take(group, text.substr(begin, end - begin));
      at = end;
    }
    take(kWhole, text.substr(std::min(at, text.size())));
  }
};

Redactor::Redactor() : patterns_(std::make_unique<Patterns>()) {}
Redactor::~Redactor() = default;

void Redactor::learn(std::uint64_t address) {
  if (address < kLeastPointer) return;
  learned_.push_back(address >> kPageBits);
  known_.insert(address >> kPageBits);
  pages_.clear();
}

void Redactor::learn(std::string_view text) {
  const auto add = [](std::unordered_set<std::string>& names, std::string_view name) {
    if (telling(name)) names.insert(lower(name));
  };
  patterns_->each(text, [&](std::size_t group, std::string_view part) {
    if (group == kMail) {
      const auto at = part.find('@');
      add(users_, part.substr(0, at));
      add(hosts_, part.substr(at + 1));
    } else if (group == kPath) {
      add(users_, owner(part));
    } else if (group == kUser) {
      add(users_, part);
    } else if (group == kHost) {
      add(hosts_, part);
      add(hosts_, part.substr(0, part.find('.')));
    } else if (group == kWord) {
      each_piece(part, [this](std::string_view piece) { learn(piece); });
    } else if (group == kHex) {
      if (const auto value = number(part); value >= kLeastWidePointer) {
        learned_.push_back(value >> kPageBits);
        pages_.clear();
      }
    }
  });
}

std::string Redactor::placeholder(const char* kind, std::string_view what) {
  auto& known = placeholders_[kind];
  // Hosts and addresses are the same in capitals, paths and names of files are not.
  const auto kind_name = std::string_view(kind);
  const bool exact = kind_name == "path" || kind_name == "input";
  const auto [place, fresh] = known.try_emplace(exact ? std::string(what) : lower(what), known.size() + 1);
  return std::string(kind) + "-" + std::to_string(place->second);
}

std::string Redactor::input(std::string_view path) {
  return placeholder("input", path);
}

// Pages keep their order; gaps beyond 16 pages shrink to that.
void Redactor::place_pages() {
  constexpr std::uint64_t kGap = 16;
  constexpr std::uint64_t kHalf = std::uint64_t{1} << (63 - kPageBits);
  constexpr std::uint64_t kWide = kLeastWidePointer >> kPageBits;
  std::sort(learned_.begin(), learned_.end());
  learned_.erase(std::unique(learned_.begin(), learned_.end()), learned_.end());
  std::uint64_t before = 0;
  std::uint64_t next = 0;
  for (const auto page : learned_) {
    // Of a 32-bit kernel, of a user's half, of the kernel's half.
    const std::uint64_t floor = page < kWide   ? 0x10
                                : page < kHalf ? kWide
                                               : (std::uint64_t{0xffff0000} << 32) >> kPageBits;
    next = std::max(next + std::min(page - before, kGap), floor);
    pages_[page] = next;
    before = page;
  }
}

std::uint64_t Redactor::address(std::uint64_t address) {
  if (address < kLeastPointer) return address;
  if (pages_.empty()) place_pages();
  const auto known = pages_.find(address >> kPageBits);
  // What was never learned must not come out either.
  if (known == pages_.end()) return address & kPageMask;
  return (known->second << kPageBits) | (address & kPageMask);
}

std::string Redactor::pointer(std::string_view digits) {
  const auto value = number(digits);
  // A narrow number in text is a pointer only if the report says elsewhere that it is.
  if (value < kLeastPointer || (value < kLeastWidePointer && !known_.contains(value >> kPageBits)))
    return std::string(digits);
  std::array<char, 16> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), address(value), 16).ptr;
  const std::string made(buffer.data(), end);
  return made.size() < digits.size() ? std::string(digits.size() - made.size(), '0') + made : made;
}

std::string Redactor::text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  patterns_->each(text, [&](std::size_t group, std::string_view part) {
    switch (group) {
      case kMail:
        out += placeholder("mail", part);
        break;
      case kUuid:
        out += placeholder("uuid", part);
        break;
      case kMac:
        out += placeholder("mac", part);
        break;
      case kIp6:
      case kIp4:
        out += placeholder("ip", part);
        break;
      case kPath:
        out += placeholder("path", part);
        break;
      case kHex:
        out += pointer(part);
        break;
      case kSerial:
        out += placeholder("serial", part);
        break;
      case kUser:
        out += placeholder("user", part);
        break;
      case kHost:
        out += placeholder("host", part);
        break;
      case kWord:
        if (users_.contains(lower(part)))
          out += placeholder("user", part);
        else if (hosts_.contains(lower(part)))
          out += placeholder("host", part);
        else if (!each_piece(part, [&](std::string_view piece) { out += this->text(piece) + "-"; }))
          out += part;
        else
          out.pop_back();
        break;
      default:
        out += part;
    }
  });
  return out;
}

std::string Redactor::lines(std::string_view text) {
  // What slabs are filled with: use-after-free, in use, end, redzones, padding, nothing.
  static constexpr std::array<std::string_view, 9> kKernels{"6b ", "5a ", "a5 ", "bb ", "cc ",
                                                            "aa ", "c2 ", "00 ", "ff "};
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    re2::StringPiece front, bytes, ascii;
    if (re2::RE2::FullMatch(re2::StringPiece(line.data(), line.size()), patterns_->dump, &front, &bytes,
                            &ascii)) {
      out += this->text({front.data(), front.size()});
      for (std::string_view rest(bytes.data(), bytes.size()); rest.size() >= 3; rest.remove_prefix(3)) {
        const auto byte = rest.substr(0, 3);
        out += std::find(kKernels.begin(), kKernels.end(), byte) != kKernels.end() ? byte : "?? ";
      }
    } else {
      out += this->text(line);
    }
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace cli
