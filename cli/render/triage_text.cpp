#include "cli/render/triage_text.h"

#include <algorithm>
#include <string_view>

#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

constexpr std::size_t kPlaceColumns = 32;

std::string summary(const TriageResult& result) {
  auto text = plural(result.logs, "log", "logs") + ", " + kib(result.bytes) + "   ";
  if (result.reports == 0) return text + "no report";
  text += plural(result.reports, "report", "reports") + " in " +
          plural(result.logs_with_reports, "log", "logs") + "   " +
          plural(result.groups.size(), "group", "groups") + ":";
  const char* separator = " ";
  for (const auto status :
       {GroupStatus::fresh, GroupStatus::known, GroupStatus::expected, GroupStatus::suppressed}) {
    const auto count = result.count(status);
    if (count == 0) continue;
    text += separator + grouped(count) + " " + std::string(status_name(status));
    separator = ", ";
  }
  return text;
}

// How much of all paths is the same folder, which need not be read again and again.
std::size_t shared_folder(const TriageResult& result) {
  const auto& one = result.groups.front().last.input;
  auto length = one.rfind('/') + 1;
  const auto shorten = [&](const std::string& path) {
    while (length > 0 && path.compare(0, length, one, 0, length) != 0)
      length = length == 1 ? 0 : one.rfind('/', length - 2) + 1;
  };
  for (const auto& group : result.groups) {
    shorten(group.last.input);
    shorten(group.places.front().input);
  }
  return length;
}

// The end of a path tells logs apart.
std::string place_text(const ReportPlace& place, std::size_t folder) {
  const auto line = ":" + std::to_string(place.line);
  auto path = for_terminal(std::string_view(place.input).substr(folder));
  const auto room = kPlaceColumns - std::min(kPlaceColumns, line.size());
  if (columns(path) > room) {
    const auto slash = path.rfind('/');
    if (slash != std::string::npos) path = path.substr(slash + 1);
  }
  return cut(path, room) + line;
}

Style style_of(GroupStatus status) {
  return status == GroupStatus::fresh   ? Style::red
         : status == GroupStatus::known ? Style::yellow
                                        : Style::dim;
}

std::string padded(std::string text, std::size_t width, bool left = true) {
  const auto fill = std::string(width - std::min(width, columns(text)), ' ');
  return left ? text + fill : fill + text;
}

std::string group_lines(const TriageResult& result, const Screen& screen) {
  if (result.groups.empty()) return {};
  struct Row {
    std::string status, severity, count, logs, title, first, last;
  };
  std::vector<Row> rows{{"", "sev", "reports", "logs", "title", "first", "last"}};
  const auto folder = shared_folder(result);
  for (const auto& group : result.groups)
    rows.push_back({std::string(status_name(group.status)), std::to_string(group.severity.level),
                    grouped(group.count), grouped(group.logs), for_terminal(group.title),
                    place_text(group.places.front(), folder),
                    group.count > 1 ? place_text(group.last, folder) : ""});
  std::size_t status = 0, count = 0, logs = 0, title = 0, first = 0, last = 0;
  for (const auto& row : rows) {
    status = std::max(status, row.status.size());
    count = std::max(count, row.count.size());
    logs = std::max(logs, row.logs.size());
    title = std::max(title, columns(row.title));
    first = std::max(first, columns(row.first));
    last = std::max(last, columns(row.last));
  }
  // The title needs its room; where it has none, the last place goes first, then the first.
  const auto fixed_width = status + 3 + count + logs + 10;
  const auto left = [&](std::size_t taken) { return screen.width > taken ? screen.width - taken : 0; };
  constexpr std::size_t kShortestTitle = 40;
  const bool show_last = left(fixed_width + first + last + 4) >= std::min(title, kShortestTitle);
  const bool show_first = left(fixed_width + first + 2) >= std::min(title, kShortestTitle);
  auto room = left(fixed_width + (show_first ? first + 2 : 0) + (show_last ? last + 2 : 0));
  title = std::min(title, std::max<std::size_t>(room, 20));

  std::string text = "\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    auto name = padded(cut(row.title, title), title);
    auto state = padded(row.status, status);
    if (i > 0) state = styled(screen, style_of(result.groups[i - 1].status), state);
    auto line = "  " + state + "  " + padded(row.severity, 3, false) + "  " +
                padded(row.count, count, false) + "  " + padded(row.logs, logs, false) + "  " + name;
    if (show_first) line += "  " + padded(row.first, first);
    if (show_last) line += "  " + row.last;
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string deciding_text(const std::vector<parser::DecidingFunction>& deciding) {
  std::string text;
  for (const auto& function : deciding)
    text += (text.empty() ? "" : ", ") + for_terminal(function.name) + " " + percent(function.share);
  return text;
}

// Why several titles are one group.
std::string joined(const TriageResult& result, const Screen& screen) {
  std::string text;
  for (const auto& group : result.groups) {
    if (group.titles.size() < 2) continue;
    text += "  " + for_terminal(group.title) + "\n";
    for (const auto& link : group.links) {
      const auto& a = group.titles[std::min(link.a, link.b)];
      const auto& b = group.titles[std::max(link.a, link.b)];
      std::string why = "  with " + for_terminal(b.label);
      if (link.a != 0 && link.b != 0) why += " (to " + for_terminal(a.label) + ")";
      why += link.shared_title.empty()
                 ? ": stacks " + fixed(link.similarity, 2) + " alike, by " + deciding_text(link.deciding)
                 : ": both are \"" + for_terminal(link.shared_title) + "\"";
      text += wrapped("  " + why, prose_width(screen), "      ");
    }
  }
  if (text.empty()) return {};
  return "\n" +
         wrapped("One group, several titles (stacks count from " + fixed(result.threshold, 2) + " on)",
                 prose_width(screen), "  ") +
         text;
}

std::string pairs_text(const std::vector<NearPair>& pairs, const Screen& screen) {
  std::string text;
  for (const auto& pair : pairs) {
    text += wrapped(
        "  " + fixed(pair.similarity, 3) + "  " + for_terminal(pair.a) + "  |  " + for_terminal(pair.b),
        prose_width(screen), "         ");
    text += wrapped("         " + deciding_text(pair.deciding) +
                        (pair.similarity > 0 && pair.one_group ? "; one group" : "; apart"),
                    prose_width(screen), "         ");
  }
  return text.empty() ? "  none\n" : text;
}

std::string explained(const TriageResult& result, const Screen& screen) {
  const auto threshold = fixed(result.threshold, 2);
  return "\nJust over the threshold of " + threshold + "\n" + pairs_text(result.over, screen) +
         "\nJust under the threshold of " + threshold + "\n" + pairs_text(result.under, screen);
}

std::string entries_text(const char* what, const std::vector<ListedEntry>& entries, const Screen& screen) {
  if (entries.empty()) return {};
  std::string text = std::string("\n") + what + "\n";
  for (const auto& entry : entries)
    text +=
        wrapped("  " + for_terminal(entry.file) + ":" + std::to_string(entry.line) + "  " +
                    for_terminal(entry.title) + (entry.expires.empty() ? "" : "  expires " + entry.expires) +
                    (entry.link.empty() ? "" : "  " + for_terminal(entry.link)),
                prose_width(screen), "      ");
  return text;
}

std::string suppressions_text(const TriageResult& result, const Screen& screen) {
  if (result.suppressions.empty()) return {};
  std::string text = "\nSuppressed\n";
  for (const auto& rule : result.suppressions)
    text += wrapped("  " + plural(rule.count, "report", "reports") + "  " + for_terminal(rule.reason) +
                        "  (" + for_terminal(rule.file) + ":" + std::to_string(rule.line) + " " +
                        for_terminal(rule.pattern) + ")",
                    prose_width(screen), "      ");
  return text;
}

std::string expected_text(const TriageResult& result, const Screen& screen) {
  std::string tests;
  for (const auto& group : result.groups) {
    if (group.status != GroupStatus::expected) continue;
    for (const auto& reason : group.reasons) {
      if (tests.find(for_terminal(reason)) != std::string::npos) continue;
      tests += (tests.empty() ? "" : ", ") + for_terminal(reason);
    }
  }
  return tests.empty()
             ? tests
             : "\n" + wrapped("Expected, as tests provoke them: " + tests + ".", prose_width(screen), "  ");
}

}  // namespace

std::string triage_text(const TriageResult& result, const TriageTextOptions& options) {
  const auto& screen = options.screen;
  auto head = wrapped(summary(result), screen.width, "  ");
  head.pop_back();
  auto text = styled(screen, Style::bold, head) + "\n" + group_lines(result, screen) +
              joined(result, screen) + expected_text(result, screen) + suppressions_text(result, screen);
  if (options.explain) text += explained(result, screen);
  text += entries_text("Expired entries of the baseline, which count no more", result.expired, screen) +
          entries_text("Entries of the baseline that nothing matched", result.unmatched, screen);
  if (const auto note = filter_note(result.filtered, result.left_out, result.untimed); !note.empty())
    text += "\n" + wrapped(note, prose_width(screen), "  ");
  if (!result.failed_on.empty()) text += "\nFailed: " + result.failed_on + ".\n";
  return text;
}

}  // namespace cli::render
