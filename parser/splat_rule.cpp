#include "parser/splat_rule.h"

#include <algorithm>
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

// All families in one list, found by the first two characters of what a line must begin with.
class SplatTable {
 public:
  SplatTable() {
    for (const auto rules :
         {kfence_splats(), kmsan_splats(), kcsan_splats(), ubsan_splats(), leak_splats(), lockdep_splats(),
          stall_splats(), warning_splats(), fault_splats(), panic_splats(), misfit_splats(), bug_splats()})
      for (const auto& rule : rules) {
        rules_.push_back(&rule);
        by_start_[place_of<kPlaces>(rule.rule.starts)].push_back(
            {Start(rule.rule.starts), patterns_.size(), 0});
        patterns_.emplace_back(rule.rule);
      }
    for (auto& entries : by_start_)
      for (std::size_t i = entries.size(); i-- > 0;) {
        auto& other = entries[i].other;
        other = i + 1;
        while (other < entries.size() && entries[other].start.text().starts_with(entries[i].start.text()))
          ++other;
      }
  }

  std::optional<FoundSplat> find(std::string_view body) const {
    if (body.size() < 2) return std::nullopt;
    const auto& entries = by_start_[place_of<kPlaces>(body)];
    if (entries.empty()) return std::nullopt;
    const auto head = Start::head_of(body);
    RuleTable::Groups groups;
    for (std::size_t i = 0; i < entries.size();) {
      if (!entries[i].start.begins(body, head)) {
        i = entries[i].other;
        continue;
      }
      const auto index = entries[i++].index;
      if (patterns_[index].match(body, groups))
        return FoundSplat{rules_[index], body, groups, rules_[index]->one_line};
    }
    return std::nullopt;
  }

  bool has_start_of(std::string_view body) const {
    if (body.size() < 2) return false;
    const auto& entries = by_start_[place_of<kPlaces>(body)];
    const auto head = Start::head_of(body);
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return entry.start.begins(body, head); });
  }

  const std::vector<const SplatRule*>& rules() const { return rules_; }

 private:
  std::vector<const SplatRule*> rules_;
  std::vector<LinePattern> patterns_;
  struct Entry {
    Start start;        // at least two characters
    std::size_t index;  // into the others
    std::size_t other;  // the next entry that may take a line which does not begin so
  };
  static constexpr std::size_t kPlaces = 512;
  std::array<std::vector<Entry>, kPlaces> by_start_;
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
  return table().has_start_of(body);
}

std::optional<FoundSplat> find_splat(std::string_view body) {
  if (body.empty()) return std::nullopt;
  auto found = table().find(body);
  if (found && kNotices.match(body)) found.reset();
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
