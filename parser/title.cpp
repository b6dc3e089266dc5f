#include "parser/title.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <vector>

#include "parser/blame.h"
#include "parser/functions.h"
#include "parser/kasan.h"
#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::size_t kMaxTitle = 120;
constexpr std::string_view kCorrupted = "corrupted";
constexpr std::size_t kShortestAddress = 6;  // digits

struct Replacement {
  std::string_view holds;  // a literal of the pattern's, looked for first; may be empty
  const char* pattern;
  const char* by;
  std::size_t run = 0;  // ... and so many hexadecimal digits in a row
};
// In this order; what one leaves the next one sees.
constexpr std::array kReplacements{
    Replacement{"syz", R"(\b(?:syz-executor[0-9.:-]*\b|syz\.\d+\.\d+\b)(?:/\d+\b)?)", "syz-executor"},
    Replacement{".", R"(\b(?:\d{1,3}\.){3}\d{1,3}\b)", "IP"},
    Replacement{":", R"(\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b)", "IP"},
    // "f+0x1/0x2 [mod]" -> "f"
    Replacement{
        "+0x",
        R"(([a-zA-Z_][a-zA-Z0-9_]*)(?:\.(?:isra|constprop|part|cold|llvm)[0-9.]*)*\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?(?: \[\w+\])?)",
        R"(\1)"},
    Replacement{"", R"(\b(?:0x)?[0-9a-f]{6,}\b)", "ADDR", kShortestAddress},
    Replacement{"0x", R"(\b0x[0-9a-f]+\b)", "ADDR"},
    Replacement{".", R"((\.[chS]):[0-9]+(?::[0-9]+)?)", R"(\1:LINE)"},
    Replacement{"CPU#", R"(\bCPU#[0-9]+)", "CPU"},
    Replacement{"", R"([0-9]{7,})", "NUM", 7},
};

const RE2& replacement_pattern(std::size_t index) {
  static const auto patterns = [] {
    std::vector<std::unique_ptr<RE2>> compiled;
    for (const auto& replacement : kReplacements)
      compiled.push_back(std::make_unique<RE2>(replacement.pattern, RE2::Latin1));
    return compiled;
  }();
  return *patterns[index];
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// "executor 4 failed 11 times" -> "executor NUM failed NUM times"; the digits of "v9fs" and "loop0x" are
// names'.
std::string without_numbers(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at]) || (at > 0 && is_word(text[at - 1]))) {
      out += text[at++];
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end < text.size() && is_word(text[end]))
      out.append(text.substr(at, end - at));
    else
      out += "NUM";
    at = end;
  }
  return out;
}

void add_alt(Report& report, std::string title) {
  if (title == report.title) return;
  if (std::find(report.alt_titles.begin(), report.alt_titles.end(), title) == report.alt_titles.end())
    report.alt_titles.push_back(std::move(title));
}

// The parts as one text, in memory of just its size.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const auto part : parts) text += part;
  return text;
}

std::string with_function(std::string_view format, std::string_view function) {
  constexpr std::string_view kPlace = "{F}";
  const auto at = format.find(kPlace);
  if (at == std::string_view::npos) return std::string(format);
  return joined({format.substr(0, at), function, format.substr(at + kPlace.size())});
}

// Waits that have several entries, and of which it does not matter through which one a task came in.
FunctionNames names_of_wait(std::string_view function) {
  if (function.find("smp_call_function") != std::string_view::npos) return {"smp_call_function", function};
  for (const std::string_view entry :
       {"synchronize_rcu", "synchronize_srcu", "synchronize_net", "synchronize_sched"})
    if (function.find(entry) != std::string_view::npos) return {"synchronize_rcu", function};
  return names_of(function);
}

// "bpf_prog_6deef7357e7b4530_main" -> "bpf_prog_ADDR_main": programs and trampolines are named by a hash or
// an id.
std::string without_program_id(std::string_view function) {
  std::string name(function);
  static const RE2 id("_[0-9a-f]{6,}", RE2::Latin1);
  RE2::GlobalReplace(&name, id, "_ADDR");
  return name;
}

// The title and all others under which the same function may be known.
void set_titles(Report& report, std::string_view format, const std::array<std::string_view, 2>& alts,
                Blame blame) {
  std::string program;
  std::string_view function = report.guilty.empty() ? kCorrupted : std::string_view(report.guilty);
  if (function.starts_with("bpf_")) function = program = without_program_id(function);
  const auto names = blame == Blame::stall || blame == Blame::loop || blame == Blame::hang
                         ? names_of_wait(function)
                         : names_of(function);
  report.title = with_function(format, names.front());
  for (const auto name : names) {
    if (name.empty()) continue;
    if (name != names.front()) add_alt(report, with_function(format, name));
    for (const auto alt : alts)
      if (!alt.empty()) add_alt(report, with_function(alt, name));
  }
  std::sort(report.alt_titles.begin(), report.alt_titles.end());
  if (!report.guilty.empty() && !names[1].empty()) report.guilty = std::string(names.front());
}

std::string_view capitalised(Access::Kind kind) {
  switch (kind) {
    case Access::Kind::read:
      return "Read";
    case Access::Kind::write:
      return "Write";
    case Access::Kind::free:
    case Access::Kind::unknown:
      break;
  }
  return "";
}

std::string kasan_guilty(const Report& report, const FrameTable& frames) {
  const std::string named(symbol_of(report.location));
  return guilty_function(Blame::stack, report, frames, {&named, 1});
}

// "Padding overwritten. 0xA-0xB @offset=4094" -> "Padding overwritten"; "Objects remaining in C on f()" of
// v6.1 names the cache, that of v6.12 does not.
std::string plain_reason(std::string_view reason, std::string_view cache) {
  if (const auto cut = reason.find(". 0x"); cut != std::string_view::npos) reason = reason.substr(0, cut);
  std::string plain(reason);
  const auto named = " in " + std::string(cache) + " on ";
  if (const auto at = plain.find(named); at != std::string::npos) plain.replace(at, named.size(), " on ");
  // Addresses would make each report a kind of its own.
  std::string kind;
  for (std::size_t at = 0; at < plain.size();) {
    if (plain.compare(at, 2, "0x") != 0) {
      kind += plain[at++];
      continue;
    }
    kind += "ADDR";
    at += 2;
    while (at < plain.size() && is_hex(plain[at])) ++at;
  }
  return kind;
}

// "{1}" and its like by what the pattern captured.
std::string with_captures(std::string_view format, std::span<const std::string_view> captures) {
  std::string out;
  while (!format.empty()) {
    const auto brace = std::min(format.find('{'), format.size());
    out.append(format.substr(0, brace));
    format.remove_prefix(brace);
    if (format.size() > 2 && is_digit(format[1])) {
      const auto index = static_cast<std::size_t>(format[1] - '1');
      if (index < captures.size()) out += captures[index];
      format.remove_prefix(3);
    } else if (!format.empty()) {
      out += '{';
      format.remove_prefix(1);
    }
  }
  return out;
}

bool has_captures(std::string_view format) {
  for (auto at = format.find('{'); at != std::string_view::npos; at = format.find('{', at + 1))
    if (at + 1 < format.size() && is_digit(format[at + 1])) return true;
  return false;
}

// A title of a table, what the pattern captured put in, and then kept in `room`. Only that need be
// normalised: no table's own words look like an address or number.
std::string_view filled_in(std::string_view format, std::span<const std::string_view> captures,
                           std::string& room) {
  if (!has_captures(format)) return format;
  return room = normalised(with_captures(format, captures));
}

bool has_hex_run(std::string_view text, std::size_t size) {
  std::size_t run = 0;
  for (const char c : text) {
    run = is_hex(c) ? run + 1 : 0;
    if (run == size) return true;
  }
  return size == 0;
}

// Whether any replacement may apply: most titles hold no number.
bool has_to_be_normalised(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit) || has_hex_run(text, kShortestAddress) ||
         text.find("syz") != std::string_view::npos || text.find("::") != std::string_view::npos ||
         std::count(text.begin(), text.end(), ':') >= 7;  // an address of IPv6 may be letters alone
}

}  // namespace

std::string normalised(std::string_view text) {
  const auto cut = [](std::string_view title) { return std::string(trim_right(title.substr(0, kMaxTitle))); };
  if (!has_to_be_normalised(text)) return cut(text);
  std::string out(text);
  for (std::size_t i = 0; i < kReplacements.size(); ++i)
    if (out.find(kReplacements[i].holds) != std::string::npos && has_hex_run(out, kReplacements[i].run))
      RE2::GlobalReplace(&out, replacement_pattern(i), kReplacements[i].by);
  return cut(without_numbers(out));
}

void name_kasan(Report& report, const FrameTable& frames, bool tell_access) {
  report.guilty = kasan_guilty(report, frames);
  const bool freeing = is_free_kind(report.kind);
  const auto kind = report.access && (tell_access || freeing) ? report.access->kind : Access::Kind::unknown;
  // Whoever frees twice, or what was never allocated, frees wrongly: kernels change their minds about the
  // word.
  if (freeing) report.kind = "invalid-free";

  // Without the line about the access the title is all that is known.
  if (kind == Access::Kind::unknown && !report.location.empty()) {
    report.title = "KASAN: " + normalised(report.kind + " in " + report.location);
    if (report.access && report.access->address && tell_access) report.title += " at addr ADDR";
    report.type = "KASAN-READ";
    return;
  }
  const auto done = freeing ? std::string_view{} : capitalised(kind);
  const auto what = joined({"KASAN: ", report.kind, done.empty() ? "" : " ", done});
  if (report.location.empty() && report.guilty.empty())
    report.title = what;
  else
    set_titles(report, joined({what, " in {F}"}), {freeing ? "invalid-free in {F}" : "bad-access in {F}"},
               Blame::stack);

  if (freeing) {
    report.type = "KASAN-INVALID-FREE";
    return;
  }
  const auto has = [&report](const char* word) { return report.kind.find(word) != std::string::npos; };
  report.type = joined({"KASAN", has("use-after-free") ? "-USE-AFTER-FREE" : "",
                        has("null-ptr-deref") ? "-NULL-POINTER-DEREFERENCE" : "",
                        kind == Access::Kind::write ? "-WRITE" : "-READ"});
}

void name_slub(Report& report) {
  const auto& cache = report.object->cache;
  report.kind = plain_reason(report.kind, cache);
  // The one reason that syzbot has words of its own for, in the caches that everybody shares.
  if (report.kind == "Object already free" && cache.starts_with("kmalloc-"))
    report.title = "BUG: " + report.kind;
  else
    report.title = "SLUB: " + report.kind + " in " + cache;
  report.type = "MEMORY_SAFETY_BUG";
}

void name_splat(Report& report, const FrameTable& frames, const SplatRule& rule, std::string_view line,
                std::span<const std::string_view> captures, std::span<const std::string> named) {
  if (!holds_fault_injection(report, frames))
    report.guilty = guilty_function(rule.blame, report, frames, named, rule.skip);
  report.type = rule.type;
  std::string room;
  report.kind = filled_in(rule.title.substr(0, rule.title.find(" in {F}")), captures, room);
  if (report.guilty.empty() && rule.plain_if_untraced) {
    report.title = normalised(line);
    report.type = "WARNING";
    return;
  }
  std::array<std::string, 2> told;
  std::array<std::string_view, 2> alts;
  for (std::size_t i = 0; i < alts.size(); ++i)
    if (!rule.alts[i].empty()) alts[i] = filled_in(rule.alts[i], captures, told[i]);
  set_titles(report, filled_in(rule.title, captures, room), alts, rule.blame);
}

}  // namespace parser
