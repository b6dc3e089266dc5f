#include "parser/splat_rule.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <vector>

#include "parser/scan.h"
#include "parser/starts.h"

namespace parser {
namespace {

// Lines that begin as a report does and are none: somebody's advice, told in capital letters.
constexpr auto kNotices =
    starts("WARNING: /etc/ssh/moduli",  // sshd
           "WARNING: The mand mount option ", "WARNING: the mand mount option ", "WARNING: fbcon: Driver ",
           "WARNING: workqueue cpumask: ", "WARNING: Unprivileged eBPF ", "WARNING: See https://",
           "WARNING: Spectre ", "WARNING: kernel not configured for ", "WARNING: no console",
           "WARNING: Support for the device ", "WARNING: You are running an unsupported ",
           "WARNING: Unsupported flag value(s) of ",  // glibc
           "BUG: no syscalls can create resource ");

// All families in one list. The rules that may take a line are found by its first two characters, and where
// many have these in common ("WARNING: ", "BUG: ") by one more, further on.
class SplatTable {
 public:
  struct Entry {
    [[no_unique_address]] Start start;  // at least two characters
    std::uint16_t index;                // into the others
  };

  SplatTable() {
    for (const auto rules :
         {kfence_splats(), kmsan_splats(), kcsan_splats(), ubsan_splats(), leak_splats(), lockdep_splats(),
          stall_splats(), warning_splats(), fault_splats(), panic_splats(), misfit_splats(), bug_splats()})
      for (const auto& rule : rules) rules_.push_back(&rule);
    std::vector<std::vector<Entry>> by_place(kPlaces);
    for (const auto* rule : rules_) {
      const auto starts = rule->rule.starts;
      by_place[place_of<kPlaces>(starts)].push_back(
          {Start(starts), static_cast<std::uint16_t>(patterns_.size())});
      patterns_.emplace_back(rule->rule);
    }
    for (std::size_t i = 0; i < kPlaces; ++i)
      if (!by_place[i].empty()) places_[i] = add(by_place[i]);
  }

  // In the order in which they are tried.
  std::span<const Entry> candidates(std::string_view body) const {
    if (body.size() < 2) return {};
    const auto& place = places_[place_of<kPlaces>(body)];
    if (place.lists == 0) return {};
    const auto* list = &lists_[place.lists + place.list_of(body)];
    return std::span(entries_).subspan(list[0], static_cast<std::size_t>(list[1] - list[0]));
  }

  // The one of `candidates` that takes `body`, if any.
  const SplatRule* find(std::span<const Entry> candidates, std::string_view body,
                        RuleTable::Groups& groups) const {
    const auto head = Start::head_of(body);
    for (const auto& [start, index] : candidates)
      if (start.begins(body, head) && patterns_[index].match(body, groups)) return rules_[index];
    return nullptr;
  }

  const std::vector<const SplatRule*>& rules() const { return rules_; }

 private:
  struct Place {
    std::uint16_t lists = 0;  // in lists_; 0: no rules
    std::uint8_t at = 0;      // the character that tells which list
    bool one_list = true;

    std::size_t list_of(std::string_view text) const {
      return one_list || at >= text.size() ? 0 : static_cast<unsigned char>(text[at]) % kLists;
    }
  };

  Place add(const std::vector<Entry>& entries) {
    Place place;
    place.lists = static_cast<std::uint16_t>(lists_.size());
    place.one_list = entries.size() <= kFew;
    if (!place.one_list) place.at = best_character(entries);
    for (std::size_t list = 0; list < (place.one_list ? 1 : kLists); ++list) {
      lists_.push_back(static_cast<std::uint16_t>(entries_.size()));
      std::copy_if(entries.begin(), entries.end(), std::back_inserter(entries_), [&](const Entry& entry) {
        const auto text = entry.start.text();
        return text.size() <= place.at || place.list_of(text) == list;
      });
    }
    lists_.push_back(static_cast<std::uint16_t>(entries_.size()));
    return place;
  }

  // The one that leaves the fewest entries to try, if the text begins as one of them does.
  static std::uint8_t best_character(const std::vector<Entry>& entries) {
    Place best{0, 0, false};
    auto fewest = std::numeric_limits<std::size_t>::max();
    for (auto place = best; place.at < kLastCharacter; ++place.at) {
      std::size_t count = 0;
      for (const auto& one : entries)
        for (const auto& other : entries)
          count += one.start.text().size() <= place.at || other.start.text().size() <= place.at ||
                           place.list_of(one.start.text()) == place.list_of(other.start.text())
                       ? 1
                       : 0;
      if (count < fewest) {
        fewest = count;
        best = place;
      }
    }
    return best.at;
  }

  static constexpr std::size_t kPlaces = 512, kLists = 32;
  static constexpr std::size_t kFew = 3;              // are tried one after another
  static constexpr std::uint8_t kLastCharacter = 40;  // that is tried

  std::vector<const SplatRule*> rules_;
  std::vector<LinePattern> patterns_;
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> lists_{0};  // where in entries_ each begins, and one more for each place
  std::array<Place, kPlaces> places_{};
};

const SplatTable& table() {
  static const SplatTable table;
  return table;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_of_driver(char c) {
  return is_lower(c) || is_digit(c) || c == '_' || c == '-';
}

// "usb", "mlx5_core", "8139cp"; no date
bool is_driver(std::string_view word) {
  return std::any_of(word.begin(), word.end(), is_lower) &&
         std::all_of(word.begin(), word.end(), is_of_driver);
}

// "5-1:1.0", "0000:00:04.0", "foo.0"; no count and no version
bool is_device(std::string_view word) {
  const auto has = [word](std::string_view any) { return word.find_first_of(any) != std::string_view::npos; };
  return has("0123456789") && (has("-:") || (has(".") && std::any_of(word.begin(), word.end(), is_lower))) &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return is_symbol_char(c) || c == '-' || c == ':'; });
}

// The first characters of what without_tags() takes off.
constexpr Characters kMayBeTag("[rNwkst0123456789");

// "usb 5-1: WARNING: foo" -> "WARNING: foo"; empty for any other line.
std::string_view without_device(std::string_view body) {
  if (body.empty() || !is_of_driver(body.front())) return {};
  const auto first = body.find(' ');
  if (first == std::string_view::npos) return {};
  const auto second = body.find(' ', first + 1);
  if (second == std::string_view::npos || body[second - 1] != ':') return {};
  const auto words = body.substr(second + 1);
  if (!words.starts_with("WARNING: ") && !words.starts_with("BUG: ")) return {};
  return is_driver(body.substr(0, first)) && is_device(body.substr(first + 1, second - first - 2))
             ? words
             : std::string_view{};
}

}  // namespace

std::string_view without_tags(std::string_view body) {
  if (body.empty() || !kMayBeTag.has(body.front())) return body;
  for (const std::string_view tag :
       {"[ ", "rcu: ", "NMI watchdog: ", "watchdog: ", "kmemleak: ", "sysrq: ", "traps: ", "kernel: "})
    if (body.starts_with(tag)) body.remove_prefix(tag.size());
  // A Go program's own time: "2022/10/02 11:34:15 SYZFATAL: ..."
  if (body.size() > 20 && body[4] == '/' && body[7] == '/' && body[10] == ' ' && body[13] == ':' &&
      body[19] == ' ')
    body.remove_prefix(20);
  return body;
}

bool FoundSplat::is_warning_of(const SplatRule& title) const {
  return !title.warns.empty() && text.find(title.warns) != std::string_view::npos;
}

bool may_begin_splat(std::string_view body) {
  const auto candidates = table().candidates(body);
  return std::any_of(candidates.begin(), candidates.end(),
                     [body, head = Start::head_of(body)](const SplatTable::Entry& candidate) {
                       return candidate.start.begins(body, head);
                     });
}

std::optional<FoundSplat> find_splat(std::string_view body) {
  std::optional<FoundSplat> found;
  const auto candidates = table().candidates(body);
  if (candidates.empty()) return found;
  RuleTable::Groups groups;
  const auto* rule = table().find(candidates, body, groups);
  if (rule != nullptr && !kNotices.match(body)) found = {rule, body, groups, rule->one_line};
  return found;
}

std::optional<FoundSplat> find_drivers_words(std::string_view body) {
  const auto words = without_device(body);
  if (words.empty() || words.starts_with("BUG: KASAN: ")) return std::nullopt;
  auto found = find_splat(words);
  // The kernel's own forms stand at the front, and go on below.
  if (!found || found->rule->blame != Blame::nobody) return std::nullopt;
  found->alone = true;
  return found;
}

bool is_own_words(std::string_view body) {
  if (body.empty() || body.front() != 'W') return false;  // "WARNING: ", all of them
  const auto found = find_splat(body);
  return found && found->rule->own_words;
}

const std::vector<const SplatRule*>& splat_rules() {
  return table().rules();
}

}  // namespace parser
