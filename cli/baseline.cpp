#include "cli/baseline.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "cli/trimmed.h"
#include "parser/grouping/signature.h"

namespace cli {
namespace {

constexpr const char* kFirstLine = "# depot-analyze baseline 1";

struct Key {
  std::string_view name;
  std::string BaselineEntry::*member;
};
constexpr std::array<Key, 5> kKeys{{{"arch", &BaselineEntry::arch},
                                    {"kernel", &BaselineEntry::kernel},
                                    {"config", &BaselineEntry::config},
                                    {"expires", &BaselineEntry::expires},
                                    {"link", &BaselineEntry::link}}};

// Why a line is no entry; empty if `entry` holds it.
std::string read_entry(std::string_view line, BaselineEntry& entry) {
  const auto bar = line.find('|');
  if (bar == std::string_view::npos) return "expected SIGNATURE [KEY=VALUE...] | TITLE";
  entry.title = trimmed(line.substr(bar + 1));
  if (entry.title.empty()) return "no title behind the bar";
  auto words = trimmed(line.substr(0, bar));
  for (bool first = true; !words.empty(); first = false) {
    const auto word = words.substr(0, words.find_first_of(" \t"));
    words = trimmed(words.substr(word.size()));
    if (first) {
      if (word != "-" && parser::signature_scheme(word) == 0)
        return "\"" + std::string(word) +
               "\" is no signature, as 1-6f0c2d9be418; \"-\" takes it from the title";
      if (parser::signature_scheme(word) > parser::kSignatureScheme)
        return "the signature is of a newer depot-analyze";
      // A signature of an older scheme, or none, follows from the title; an edited title makes no other bug.
      entry.signature = parser::signature_scheme(word) == parser::kSignatureScheme
                            ? std::string(word)
                            : parser::signature_of(entry.title);
      continue;
    }
    const auto equals = std::min(word.find('='), word.size());
    const auto key = std::find_if(kKeys.begin(), kKeys.end(),
                                  [&](const Key& known) { return known.name == word.substr(0, equals); });
    if (key == kKeys.end())
      return "\"" + std::string(word) + "\": expected arch=, kernel=, config=, expires= or link=";
    if (equals + 1 >= word.size()) return "\"" + std::string(word) + "\" has no value";
    if (!(entry.*key->member).empty()) return std::string(key->name) + "= is given twice";
    entry.*key->member = word.substr(equals + 1);
  }
  if (entry.signature.empty()) return "no signature before the bar; \"-\" takes it from the title";
  if (!entry.expires.empty() && !is_date(entry.expires))
    return "expires=" + entry.expires + ": expected a day, as 2026-12-31";
  return {};
}

std::string entry_line(const BaselineEntry& entry) {
  auto line = entry.signature;
  for (const auto& [name, member] : kKeys)
    if (!(entry.*member).empty()) line.append(" ").append(name).append("=").append(entry.*member);
  return line + " | " + entry.title;
}

bool pattern_takes(const std::string& pattern, const std::string& text) {
  return pattern.empty() || (!text.empty() && fnmatch(pattern.c_str(), text.c_str(), 0) == 0);
}

ListedEntry listed(const std::string& file, const BaselineEntry& entry) {
  return {file, entry.line, entry.signature, entry.title, entry.expires, entry.link};
}

std::string reason_of(const std::string& file, const BaselineEntry& entry) {
  auto text = file + ":" + std::to_string(entry.line);
  if (!entry.link.empty()) text += " " + entry.link;
  for (const auto& comment : entry.comments) {
    const auto words = trimmed(std::string_view(comment).substr(1));
    if (!words.empty()) text.append(" ").append(words);
  }
  return text;
}

}  // namespace

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
    if (text[i] < '0' || text[i] > '9') return false;
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const int year = number(0) * 100 + number(2);
  const int month = number(5);
  const int day = number(8);
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool BaselineEntry::covers(const KernelFacts& kernel_facts, const std::string& config_name) const {
  return pattern_takes(arch, kernel_facts.arch) && pattern_takes(kernel, kernel_facts.release) &&
         pattern_takes(config, config_name);
}

Baseline Baseline::read(const std::string& file, std::string_view text, std::vector<std::string>& errors) {
  Baseline baseline;
  baseline.file_ = file;
  std::vector<std::string> comments;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const auto raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(raw.size() + 1, text.size()));
    const auto line = trimmed(raw);
    if (line.empty()) {
      // What stands alone is about the file, not about an entry.
      if (baseline.entries_.empty() && !comments.empty()) {
        if (!baseline.header_.empty()) baseline.header_.emplace_back();
        std::move(comments.begin(), comments.end(), std::back_inserter(baseline.header_));
        comments.clear();
      }
      continue;
    }
    if (line.front() == '#') {
      if (line != kFirstLine) comments.emplace_back(line);
      continue;
    }
    BaselineEntry entry;
    entry.line = number;
    if (const auto why = read_entry(line, entry); !why.empty()) {
      errors.push_back(file + ":" + std::to_string(number) + ": " + why);
      continue;
    }
    entry.comments = std::exchange(comments, {});
    baseline.entries_.push_back(std::move(entry));
  }
  baseline.trailer_ = std::move(comments);
  return baseline;
}

void Baseline::judge(TriageResult& result, const std::string& today, const std::string& config) const {
  result.has_baseline = true;
  result.baseline_file = file_;
  enum class Use : std::uint8_t { none, covered, expired };
  std::vector<Use> uses(entries_.size());
  std::multimap<std::string_view, std::size_t> by_signature;
  for (std::size_t i = 0; i < entries_.size(); ++i) by_signature.emplace(entries_[i].signature, i);

  for (auto& group : result.groups) {
    std::set<std::size_t> reasons;
    bool speaks_for_others = false;
    for (auto& title : group.titles) {
      // Whatever the group's status, an entry that matches is not one that no longer does.
      const auto [begin, end] = by_signature.equal_range(title.signature);
      title.fresh = false;
      for (const auto& kernel : title.kernels) {
        bool covered = false;
        for (auto known = begin; known != end; ++known) {
          const auto& entry = entries_[known->second];
          if (!entry.covers(kernel, config)) continue;
          const bool expired = !entry.expires.empty() && entry.expires < today;
          auto& use = uses[known->second];
          if (expired) {
            if (use == Use::none) use = Use::expired;
            continue;
          }
          use = Use::covered;
          covered = true;
          reasons.insert(known->second);
        }
        title.fresh = title.fresh || !covered;
      }
      speaks_for_others = speaks_for_others || (!title.fresh && !title.anonymous);
    }
    if (group.status != GroupStatus::fresh) continue;
    bool known = true;
    for (auto& title : group.titles) {
      title.listed = !title.fresh;
      title.fresh = title.fresh && (title.anonymous || !speaks_for_others);
      known = known && !title.fresh;
    }
    for (const auto entry : reasons) group.reasons.push_back(reason_of(file_, entries_[entry]));
    if (known) group.status = GroupStatus::known;
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool expired = !entries_[i].expires.empty() && entries_[i].expires < today;
    // What was not looked at may well be there still.
    if (uses[i] == Use::none && !result.left_out_signatures.contains(entries_[i].signature))
      result.unmatched.push_back(listed(file_, entries_[i]));
    if (expired) result.expired.push_back(listed(file_, entries_[i]));
  }
}

void Baseline::add_new(const TriageResult& result) {
  for (const auto& group : result.groups) {
    if (group.status != GroupStatus::fresh && group.status != GroupStatus::known) continue;
    for (const auto& title : group.titles) {
      if (title.listed) continue;
      BaselineEntry entry;
      entry.signature = title.signature;
      entry.title = title.label;
      // The bar of a title is the second one of its line, so it may stay; a line's end may not.
      std::replace_if(
          entry.title.begin(), entry.title.end(),
          [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
      entries_.push_back(std::move(entry));
    }
  }
}

std::string Baseline::text() const {
  std::string text = std::string(kFirstLine) + "\n";
  for (const auto& line : header_) text += line + "\n";
  text += "\n";
  auto sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const BaselineEntry& a, const BaselineEntry& b) {
    return std::tie(a.title, a.signature, a.arch, a.kernel, a.config) <
           std::tie(b.title, b.signature, b.arch, b.kernel, b.config);
  });
  for (const auto& entry : sorted) {
    for (const auto& comment : entry.comments) text += comment + "\n";
    text += entry_line(entry) + "\n";
  }
  for (const auto& line : trailer_) text += line + "\n";
  return text;
}

}  // namespace cli
