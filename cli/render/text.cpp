#include "cli/render/text.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cli/render/depot_text.h"
#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/numbers.h"
#include "cli/render/report_text.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

std::string header(const Analysis& analysis, const Screen& screen) {
  std::uint64_t lines = 0;
  for (const auto& input : analysis.inputs) lines += input.lines;
  const auto name = analysis.inputs.size() == 1 ? for_terminal(analysis.inputs.front().path)
                                                : plural(analysis.inputs.size(), "input", "inputs");
  auto text = name + "   " + plural(lines, "line", "lines");
  const auto boots = analysis.boots.size() + analysis.boots_left_out;
  if (boots == 1) text += "   " + for_terminal(kernel_text(analysis.boots.front()));
  if (boots > 1) text += "   " + grouped(boots) + " boots";
  text = wrapped(text + "   " + report_counts(analysis), screen.width, "  ");
  return styled(screen, Style::bold, text.substr(0, text.size() - 1)) + "\n";
}

// "177", or "console.log:177" where there are several inputs
std::string place_column(const Analysis& analysis, std::size_t input, std::uint64_t line) {
  if (analysis.inputs.size() < 2 || input >= analysis.inputs.size()) return std::to_string(line);
  const auto& path = analysis.inputs[input].path;
  constexpr std::size_t kMostColumns = 32;
  return cut(for_terminal(std::filesystem::path(path).filename().string()), kMostColumns) + ":" +
         std::to_string(line);
}

std::string titles(const Analysis& analysis, const Screen& screen) {
  if (analysis.titles.empty()) return {};
  // Leave room for the depot below; a pipe has all the room there is, but a reader has not.
  const std::size_t rows =
      screen.height == 0 ? 40
                         : std::max<std::size_t>(6, screen.height - std::min<std::size_t>(screen.height, 24));
  const auto shown = std::min(analysis.titles.size(), rows);

  struct Row {
    std::string where, title, detail;
    bool damaged = false;
  };
  std::vector<Row> table;
  std::size_t where_width = 4;
  std::size_t title_width = 6;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& facts = analysis.titles[i];
    Row row{place_column(analysis, facts.input, facts.line), for_terminal(facts.first.title),
            for_terminal(report_detail(facts.first)), facts.corrupted == facts.count};
    if (facts.count > 1) row.title += "  x" + grouped(facts.count);
    if (row.damaged) row.title += "  [damaged]";
    where_width = std::max(where_width, columns(row.where));
    title_width = std::max(title_width, columns(row.title));
    table.push_back(std::move(row));
  }
  const auto room = screen.width > where_width + 5 ? screen.width - where_width - 5 : 20;
  title_width = std::min(title_width, room);

  std::string text = "\n" + std::string(where_width + 1 - 4, ' ') + "line  report\n";
  for (const auto& row : table) {
    text +=
        " " + std::string(where_width - std::min(where_width, columns(row.where)), ' ') + row.where + "  ";
    const auto title = cut(row.title, title_width);
    text += row.damaged ? styled(screen, Style::yellow, title) : title;
    const auto left = room - columns(title);
    if (!row.detail.empty() && room >= title_width + 12) {
      text += std::string(title_width - columns(title) + 2, ' ') +
              styled(screen, Style::dim, cut(row.detail, left - (title_width - columns(title)) - 2));
    }
    text += "\n";
  }
  std::uint64_t more = analysis.titles_left_out;
  for (std::size_t i = shown; i < analysis.titles.size(); ++i) more += analysis.titles[i].count;
  if (more > 0)
    text += wrapped(
        "  ... " + plural(more, "more report", "more reports") + "; --reports shows each with its stacks",
        screen.width, "      ");
  return text;
}

std::string filtered(const Analysis& analysis, const Screen& screen) {
  const auto text = filter_note(analysis.filtered, analysis.reports_left_out, analysis.reports_untimed);
  return text.empty() ? text : "\n" + wrapped(text, prose_width(screen), "  ");
}

// Each boot has a depot of its own, so with several they are told apart.
std::string boots(const Analysis& analysis) {
  constexpr std::size_t kShown = 8;
  if (analysis.boots.size() < 2) return {};
  std::string text = "\nBoots, each with a depot of its own:\n";
  for (std::size_t i = 0; i < std::min(kShown, analysis.boots.size()); ++i) {
    const auto& boot = analysis.boots[i];
    text += "  " + place_column(analysis, boot.input, boot.line) + "  " + for_terminal(kernel_text(boot)) +
            "  " + plural(boot.reports, "report", "reports") + ", " + grouped(boot.saves) + " saved, " +
            grouped(boot.unique) + " unique\n";
  }
  const auto more = analysis.boots.size() + analysis.boots_left_out;
  if (more > kShown) text += "  ... " + grouped(more - kShown) + " more\n";
  return text;
}

}  // namespace

std::string text(const Analysis& analysis, const TextOptions& options) {
  const auto& screen = options.screen;
  auto out = header(analysis, screen) + titles(analysis, screen) + filtered(analysis, screen) +
             boots(analysis) + depot_text(analysis, screen);
  if (options.reports)
    for (const auto& found : analysis.reports) out += report_text(analysis, found, options);
  return out;
}

}  // namespace cli::render
