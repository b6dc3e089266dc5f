#include "cli/render/html_parts.h"

#include <algorithm>

#include "cli/render/numbers.h"

namespace cli::render {
namespace {

constexpr std::size_t kColours = 7;

std::string percentage(double share) {
  return fixed(std::clamp(share, 0.0, 1.0) * 100, 3) + "%";
}

// One name has one tint, on every page.
std::string tint(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return "tint-" + std::to_string((hash >> 8) % 5);
}

std::string colour(std::size_t index) {
  return "part-" + std::to_string(index % kColours);
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Wide content that scrolls by itself, with the keyboard too.
void begin_scroll(Html& html, std::string_view label) {
  html.open("div", {{"class", "scroll"}, {"role", "region"}, {"aria-label", label}, {"tabindex", "0"}});
}

}  // namespace

void begin_section(Html& html, std::string_view id, std::string_view heading) {
  const auto title = std::string(id) + "-heading";
  html.open("section", {{"id", id}, {"aria-labelledby", title}})
      .leaf("h2", heading, {{"id", title}})
      .line_break();
}

void end_section(Html& html) {
  html.close().line_break();
}

void tiles(Html& html, const std::vector<Tile>& tiles) {
  html.open("dl", {{"class", "tiles"}});
  for (const auto& tile : tiles) {
    html.open("div").leaf("dt", tile.name).leaf("dd", tile.value, {{"class", "value"}});
    if (!tile.note.empty()) html.leaf("dd", tile.note, {{"class", "quiet"}});
    html.close();
  }
  html.close().line_break();
}

void table(Html& html, std::string_view caption, const std::vector<TableColumn>& columns,
           const std::vector<std::vector<TableCell>>& rows) {
  begin_scroll(html, caption);
  // Few columns far from one another are hard to follow.
  if (columns.size() <= 3)
    html.open("table", {{"class", "narrow"}});
  else
    html.open("table");
  html.leaf("caption", caption).open("thead").open("tr");
  for (const auto& column : columns)
    html.leaf("th", column.name, {{"scope", "col"}, {"class", column.number ? "number" : "words"}});
  html.close().close().open("tbody");
  for (const auto& row : rows) {
    html.line_break().open("tr");
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i) {
      const std::string_view kind = columns[i].number ? "number" : "words";
      if (i == 0)
        html.open("th", {{"scope", "row"}, {"class", kind}});
      else
        html.open("td", {{"class", kind}});
      if (row[i].link.empty())
        html.text(row[i].text);
      else
        html.leaf("a", row[i].text, {{"href", row[i].link}});
      html.close();
    }
    html.close();
  }
  html.close().close().close().line_break();
}

void stacked_bars(Html& html, std::string_view label, const std::vector<std::string>& legend,
                  const std::vector<Bar>& bars, std::string (*figure)(std::uint64_t)) {
  std::uint64_t largest = 0;
  for (const auto& bar : bars) {
    std::uint64_t sum = 0;
    for (const auto part : bar.parts) sum += part;
    largest = std::max(largest, sum);
  }
  html.open("figure", {{"class", "bars"}, {"aria-label", label}});
  html.open("ul", {{"class", "legend"}});
  for (std::size_t i = 0; i < legend.size(); ++i) {
    html.open("li").open("svg", {{"class", "swatch"}, {"aria-hidden", "true"}});
    html.empty("rect", {{"class", colour(i)}, {"width", "100%"}, {"height", "100%"}});
    html.close().text(legend[i]).close();
  }
  html.close();
  for (const auto& bar : bars) {
    std::string words;
    for (std::size_t i = 0; i < bar.parts.size() && i < legend.size(); ++i)
      if (bar.parts[i] > 0) words += (words.empty() ? "" : ", ") + legend[i] + " " + figure(bar.parts[i]);
    html.line_break().open("div", {{"class", "bar"}});
    html.open("p").leaf("strong", bar.name).leaf("span", bar.note, {{"class", "quiet"}}).close();
    html.open("svg", {{"role", "img"}, {"aria-label", bar.name + ": " + words}});
    double left = 0;
    for (std::size_t i = 0; i < bar.parts.size() && i < legend.size(); ++i) {
      if (bar.parts[i] == 0) continue;
      const auto share = ratio(bar.parts[i], largest);
      html.open(
          "rect",
          {{"class", colour(i)}, {"x", percentage(left)}, {"width", percentage(share)}, {"height", "100%"}});
      html.leaf("title", legend[i] + ": " + figure(bar.parts[i])).close();
      left += share;
    }
    html.close().close();
  }
  html.close().line_break();
}

void levels(Html& html, std::string_view label, const std::vector<Level>& levels) {
  html.open("figure", {{"class", "bars"}, {"aria-label", label}});
  for (const auto& level : levels) {
    html.line_break().open("div", {{"class", "bar"}});
    html.open("p").leaf("strong", level.name).leaf("span", level.figure, {{"class", "quiet"}}).close();
    html.open("svg", {{"class", "thin"}, {"role", "img"}, {"aria-label", level.name + ": " + level.figure}});
    html.empty("rect", {{"class", "part-1"}, {"width", percentage(level.share)}, {"height", "100%"}});
    html.close().close();
  }
  html.close().line_break();
}

void histogram(Html& html, std::string_view label,
               const std::vector<std::pair<std::string, std::uint64_t>>& bins) {
  std::uint64_t highest = 0;
  for (const auto& [name, count] : bins) highest = std::max(highest, count);
  html.open("figure", {{"class", "columns"}, {"aria-label", label}});
  html.open("svg", {{"role", "img"}, {"aria-label", label}});
  const auto width = 1.0 / static_cast<double>(std::max<std::size_t>(1, bins.size()));
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const auto& [name, count] = bins[i];
    // What is there must be seen.
    const auto height = count == 0 ? 0 : std::max(0.012, ratio(count, highest) * 0.86);
    const auto left = static_cast<double>(i) * width;
    html.line_break().open("g").leaf("title", name + ": " + grouped(count));
    html.empty("rect", {{"class", "part-1"},
                        {"x", percentage(left + width * 0.08)},
                        {"y", percentage(1 - height)},
                        {"width", percentage(width * 0.84)},
                        {"height", percentage(height)}});
    if (bins.size() <= 16 && count > 0)
      html.leaf("text", grouped(count),
                {{"x", percentage(left + width / 2)}, {"y", percentage(1 - height)}, {"dy", "-4"}});
    html.close();
  }
  html.close();
  html.open("svg", {{"class", "axis"}, {"aria-hidden", "true"}});
  // Names that would touch one another on a telephone are left to the table.
  const auto step = std::max<std::size_t>(1, (bins.size() + 7) / 8);
  for (std::size_t i = 0; i < bins.size(); i += step)
    html.leaf("text", bins[i].first,
              {{"x", percentage((static_cast<double>(i) + 0.5) * width)}, {"y", "13"}});
  html.close().close().line_break();
}

void icicle(Html& html, std::string_view label, std::string_view unit, const Icicle& icicle) {
  constexpr std::uint32_t kRow = 20;
  if (icicle.boxes.empty()) return;
  const auto figure = [&](const IcicleBox& box) {
    return grouped(box.weight) + " " + std::string(unit) + ", " + percent(ratio(box.weight, icicle.total)) +
           ", " + grouped(box.stacks) + (box.stacks == 1 ? " stack" : " stacks");
  };
  html.open("figure", {{"class", "icicle"}, {"aria-label", label}}).leaf("h3", label);
  begin_scroll(html, label);
  html.open("svg", {{"role", "img"},
                    {"aria-label", std::string(label) + "; the table below says the same"},
                    {"height", std::to_string(icicle.depth * kRow)}});
  for (const auto& box : icicle.boxes) {
    const auto share = ratio(box.weight, icicle.total);
    // Each box is a picture of its own, which cuts its name off at its edge.
    html.line_break().open("svg", {{"x", percentage(box.left)},
                                   {"y", std::to_string(box.depth * kRow)},
                                   {"width", percentage(share)},
                                   {"height", std::to_string(kRow)}});
    html.leaf("title", box.name + ": " + figure(box));
    html.empty("rect", {{"class", tint(box.name)}, {"width", "100%"}, {"height", "100%"}});
    if (share >= 0.02) html.leaf("text", box.name, {{"x", "5"}, {"y", "14"}});
    html.close();
  }
  html.close().close();
  html.open("details").leaf("summary", "The same as a table");
  std::vector<std::vector<TableCell>> rows;
  // By depth: reading order of the picture.
  std::vector<const IcicleBox*> order;
  for (const auto& box : icicle.boxes) order.push_back(&box);
  std::stable_sort(order.begin(), order.end(), [](const IcicleBox* a, const IcicleBox* b) {
    return a->depth != b->depth ? a->depth < b->depth : a->left < b->left;
  });
  for (const auto* box : order)
    rows.push_back({box->name, std::to_string(box->depth + 1), grouped(box->weight),
                    percent(ratio(box->weight, icicle.total)), grouped(box->stacks)});
  table(html, label,
        {{"function"}, {"frames from the outermost", true}, {unit, true}, {"share", true}, {"stacks", true}},
        rows);
  html.close().close().line_break();
}

void note(Html& html, std::string_view text) {
  if (!text.empty()) html.leaf("p", text, {{"class", "note"}}).line_break();
}

}  // namespace cli::render
