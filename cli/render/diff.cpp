#include "cli/render/diff.h"

#include <algorithm>

#include "cli/render/diff_words.h"
#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/frame_text.h"
#include "cli/render/json_parts.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"
#include "cli/render/table.h"

namespace cli::render {
namespace {

std::size_t shown_stacks(const Comparison& comparison, std::uint64_t top) {
  return top == 0 ? comparison.stacks.size()
                  : static_cast<std::size_t>(std::min<std::uint64_t>(top, comparison.stacks.size()));
}

std::string change_words(const ReportChange& report) {
  return report.change == Change::grown || report.change == Change::shrunk
             ? from_to(report.count) + " times"
             : std::string(change_name(report.change));
}

std::string counter_text(const std::optional<std::int64_t>& value) {
  if (!value) return "-";
  return *value < 0 ? std::to_string(*value) : grouped(static_cast<std::uint64_t>(*value));
}

std::string reports_text(const Comparison& comparison, const Screen& screen) {
  if (comparison.reports.empty()) return {};
  std::string text;
  std::size_t width = 0;
  for (const auto& report : comparison.reports)
    if (report.change != Change::same) width = std::max(width, columns(change_words(report)));
  for (const auto& report : comparison.reports) {
    if (report.change == Change::same) continue;
    const auto words = change_words(report);
    const auto style = report.change == Change::appeared ? Style::red
                       : report.change == Change::gone   ? Style::green
                                                         : Style::yellow;
    const auto room = screen.width > width + 4 ? screen.width - width - 4 : 20;
    text += "  " + styled(screen, style, words) + std::string(width - columns(words) + 2, ' ') +
            cut(for_terminal(report.title), room) + "\n";
  }
  const auto same = comparison.count_reports(Change::same);
  if (same > 0) text += "  " + plural(same, "title", "titles") + " as before\n";
  return "\nReports\n" + text;
}

std::string memory_text(const Comparison& comparison, const Screen& screen) {
  if (comparison.saves.before + comparison.saves.after == 0) return {};
  Table table({{"records", 3}, {"pools", 1}, {"memory", 0}, {"change", 0}, {"wasted", 2}});
  for (const auto& config : comparison.configs)
    table.add(for_terminal(config.config.name),
              {from_to(config.records), from_to(config.pools),
               kib(config.pool_bytes.before) + " -> " + kib(config.pool_bytes.after),
               signed_kib(config.pool_bytes), signed_kib(config.wasted_bytes)},
              config.is_log);
  return "\n" + table.text(screen);
}

std::string stacks_text(const Comparison& comparison, std::uint64_t top, const Screen& screen) {
  if (comparison.saves.before + comparison.saves.after == 0) return {};
  auto out = "\n" + wrapped("Stacks: " + stack_counts(comparison), screen.width, "  ");
  const auto shown = shown_stacks(comparison, top);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& stack = comparison.stacks[i];
    std::string clients;
    for (const auto& client : stack.clients) clients += (clients.empty() ? "" : ", ") + for_terminal(client);
    const auto line = signed_count(stack.count) + " saves (" + from_to(stack.count) + ")   " +
                      signed_count(stack.bytes) + " bytes   key " + key_text(stack.key) + "   " + clients;
    const auto style = stack.count.after > stack.count.before ? Style::red : Style::green;
    out += "\n" + styled(screen, style, cut(line, screen.width)) + "\n";
    for (const auto& frame : stack.frames) out += cut("    " + for_terminal(frame), screen.width) + "\n";
  }
  if (shown < comparison.stacks.size())
    out += "\n" + wrapped(plural(comparison.stacks.size() - shown, "more stack", "more stacks") +
                              " changed (--top 0 shows all).",
                          screen.width, "  ");
  if (!comparison.stacks.empty())
    out += wrapped("Bytes: " + for_terminal(comparison.config), screen.width, "  ");
  if (const auto note = key_note(comparison); !note.empty())
    out += "\n" + wrapped(note, prose_width(screen), "");
  return out;
}

std::string counters_text(const Comparison& comparison, const Screen& screen) {
  if (comparison.counters.empty()) return {};
  std::string text;
  for (const auto& [name, value] : comparison.counters)
    text += (text.empty() ? "" : ", ") + for_terminal(name) + " " + counter_text(value.before) + " -> " +
            counter_text(value.after);
  return "\n" + wrapped("The kernel's own counters: " + text, prose_width(screen), "  ");
}

Json pair_json(const Pair<std::uint64_t>& pair) {
  return Json::array({pair.before, pair.after});
}

Json side_json(const std::vector<InputFacts>& inputs, std::uint64_t reports, std::uint64_t saves,
               std::uint64_t unique) {
  Json list = Json::array();
  for (const auto& input : inputs) list.push_back(input_json(input));
  return {{"inputs", std::move(list)}, {"reports", reports}, {"saves", saves}, {"unique", unique}};
}

}  // namespace

std::string diff_text(const Comparison& comparison, std::uint64_t top, const Screen& screen) {
  auto head = for_terminal(side_name(comparison.inputs.before)) + " -> " +
              for_terminal(side_name(comparison.inputs.after)) + "   reports " +
              from_to(comparison.report_count) + "   stacks saved " + from_to(comparison.saves) +
              "   unique " + from_to(comparison.unique);
  head = wrapped(head, screen.width, "  ");
  return styled(screen, Style::bold, head.substr(0, head.size() - 1)) + "\n" +
         reports_text(comparison, screen) + memory_text(comparison, screen) +
         stacks_text(comparison, top, screen) + counters_text(comparison, screen);
}

void diff_json(const Comparison& comparison, std::uint64_t top, std::ostream& out) {
  out << "{\n  \"schema\": \"depot-analyze/diff/1\",\n  \"before\": "
      << dumped(side_json(comparison.inputs.before, comparison.report_count.before, comparison.saves.before,
                          comparison.unique.before))
      << ",\n  \"after\": "
      << dumped(side_json(comparison.inputs.after, comparison.report_count.after, comparison.saves.after,
                          comparison.unique.after))
      << ",\n";
  write_list(out, "reports", comparison.reports.size(), [&](std::size_t i) {
    const auto& report = comparison.reports[i];
    return Json{{"title", valid_utf8(report.title)},
                {"family", parser::family_name(report.family)},
                {"change", change_name(report.change)},
                {"count", pair_json(report.count)}};
  });
  Json counts{{"same", comparison.stacks_same}};
  for (const auto change : {Change::appeared, Change::gone, Change::grown, Change::shrunk})
    counts[std::string(change_name(change))] = comparison.count_stacks(change);
  out << ",\n  \"key\": \"" << (comparison.key == StackKey::names ? "names" : "offsets")
      << "\",\n  \"addresses_only\": " << (comparison.addresses_only ? "true" : "false")
      << ",\n  \"config\": " << dumped(valid_utf8(comparison.config))
      << ",\n  \"stack_counts\": " << dumped(counts) << ",\n";
  write_list(out, "stacks", shown_stacks(comparison, top), [&](std::size_t i) {
    const auto& stack = comparison.stacks[i];
    Json json{{"key", "0x" + key_text(stack.key)}, {"change", change_name(stack.change)},
              {"count", pair_json(stack.count)},   {"bytes", pair_json(stack.bytes)},
              {"stacks", pair_json(stack.stacks)}, {"depth", stack.depth},
              {"clients", Json::array()},          {"frames", Json::array()}};
    for (const auto& client : stack.clients) json["clients"].push_back(valid_utf8(client));
    for (const auto& frame : stack.frames) json["frames"].push_back(valid_utf8(frame));
    return json;
  });
  out << ",\n";
  write_list(out, "configs", comparison.configs.size(), [&](std::size_t i) {
    const auto& config = comparison.configs[i];
    auto json = config_json(config.config, config.is_log);
    json["records"] = pair_json(config.records);
    json["pools"] = pair_json(config.pools);
    json["pool_bytes"] = pair_json(config.pool_bytes);
    json["wasted_bytes"] = pair_json(config.wasted_bytes);
    return json;
  });
  Json counters = Json::object();
  for (const auto& [name, value] : comparison.counters) {
    auto& pair = counters[valid_utf8(name)] = Json::array({nullptr, nullptr});
    if (value.before) pair[0] = *value.before;
    if (value.after) pair[1] = *value.after;
  }
  out << ",\n  \"counters\": " << dumped(counters) << "\n}\n";
}

}  // namespace cli::render
