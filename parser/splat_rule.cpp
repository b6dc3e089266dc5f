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

// All families in one list, found by the first character of what a line must begin with.
class SplatTable {
 public:
  SplatTable() {
    for (const auto rules :
         {kfence_splats(), kmsan_splats(), kcsan_splats(), ubsan_splats(), leak_splats(), lockdep_splats(),
          stall_splats(), warning_splats(), fault_splats(), panic_splats(), misfit_splats(), bug_splats()})
      for (const auto& rule : rules) {
        rules_.push_back(&rule);
        by_first_[static_cast<unsigned char>(rule.rule.starts.front())].push_back(
            {rule.rule.starts, patterns_.size(), 0});
        patterns_.emplace_back(rule.rule);
      }
    for (auto& entries : by_first_)
      for (std::size_t i = entries.size(); i-- > 0;) {
        auto& other = entries[i].other;
        other = i + 1;
        while (other < entries.size() && entries[other].starts.starts_with(entries[i].starts)) ++other;
      }
  }

  std::optional<FoundSplat> find(std::string_view body) const {
    RuleTable::Groups groups;
    const auto& entries = by_first_[static_cast<unsigned char>(body.front())];
    for (std::size_t i = 0; i < entries.size();) {
      if (!begins_with(body, entries[i].starts)) {
        i = entries[i].other;
        continue;
      }
      const auto index = entries[i++].index;
      if (patterns_[index].match(body, groups)) return FoundSplat{rules_[index], body, groups};
    }
    return std::nullopt;
  }

  const std::vector<const SplatRule*>& rules() const { return rules_; }

 private:
  std::vector<const SplatRule*> rules_;
  std::vector<LinePattern> patterns_;
  struct Entry {
    std::string_view starts;
    std::size_t index;  // into the others
    std::size_t other;  // the next entry that may take a line which does not begin so
  };
  std::array<std::vector<Entry>, 256> by_first_;
};

const SplatTable& table() {
  static const SplatTable table;
  return table;
}

}  // namespace

std::string_view without_tags(std::string_view body) {
  constexpr std::string_view kFirsts = "[rNwkst";
  if (body.empty() || (!is_digit(body.front()) && kFirsts.find(body.front()) == std::string_view::npos))
    return body;
  for (const std::string_view tag :
       {"[ ", "rcu: ", "NMI watchdog: ", "watchdog: ", "kmemleak: ", "sysrq: ", "traps: ", "kernel: "})
    if (body.starts_with(tag)) body.remove_prefix(tag.size());
  // A Go program's own time: "2022/10/02 11:34:15 SYZFATAL: ..."
  if (body.size() > 20 && body[4] == '/' && body[7] == '/' && body[10] == ' ' && body[13] == ':' &&
      body[19] == ' ')
    body.remove_prefix(20);
  return body;
}

std::string_view without_device(std::string_view body) {
  const auto driver = body.find(' ');
  if (driver == std::string_view::npos || driver == 0 || body[driver - 1] == ':') return {};
  const auto device = body.find(' ', driver + 1);
  if (device == std::string_view::npos || body[device - 1] != ':') return {};
  // Devices are numbered.
  if (body.substr(driver, device - driver).find_first_of("0123456789") == std::string_view::npos) return {};
  const auto words = body.substr(device + 1);
  return words.starts_with("WARNING: ") || words.starts_with("BUG: ") ? words : std::string_view{};
}

std::optional<FoundSplat> find_splat(std::string_view body) {
  if (body.empty()) return std::nullopt;
  if (kNotices.match(body)) return std::nullopt;
  return table().find(body);
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
