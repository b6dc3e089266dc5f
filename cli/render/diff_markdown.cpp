#include <algorithm>

#include "cli/render/diff.h"
#include "cli/render/diff_words.h"
#include "cli/render/escape.h"
#include "cli/render/facts_text.h"
#include "cli/render/numbers.h"

namespace cli::render {

std::string diff_markdown(const Comparison& comparison, std::uint64_t top) {
  std::string out = "### " + markdown_code(side_name(comparison.inputs.before)) + " -> " +
                    markdown_code(side_name(comparison.inputs.after)) + "\n\n" + "Reports " +
                    from_to(comparison.report_count) + ", stacks saved " + from_to(comparison.saves) +
                    ", unique " + from_to(comparison.unique) + ".\n";
  const auto same = comparison.count_reports(Change::same);
  if (same < comparison.reports.size()) {
    out += "\n| report | before | after |   |\n|---|--:|--:|---|\n";
    for (const auto& report : comparison.reports)
      if (report.change != Change::same)
        out += "| " + markdown_code(report.title) + " | " + grouped(report.count.before) + " | " +
               grouped(report.count.after) + " | " + std::string(change_name(report.change)) + " |\n";
  }
  if (same > 0) out += "\n" + plural(same, "title", "titles") + " as before.\n";
  if (comparison.saves.before + comparison.saves.after > 0) {
    out += "\n| kernel or config | pools | memory | change |\n|---|--:|--:|--:|\n";
    for (const auto& config : comparison.configs)
      out += "| " + markdown_code(config.config.name) + (config.is_log ? " this kernel" : "") + " | " +
             from_to(config.pools) + " | " + kib(config.pool_bytes.before) + " -> " +
             kib(config.pool_bytes.after) + " | " + signed_kib(config.pool_bytes) + " |\n";
    out += "\nStacks: " + stack_counts(comparison) + ".\n";
    const auto shown = top == 0
                           ? comparison.stacks.size()
                           : static_cast<std::size_t>(std::min<std::uint64_t>(top, comparison.stacks.size()));
    if (shown > 0) out += "\n| saves | change | bytes | key | innermost frames |\n|--:|--:|--:|---|---|\n";
    for (std::size_t i = 0; i < shown; ++i) {
      constexpr std::size_t kFrames = 4;
      const auto& stack = comparison.stacks[i];
      std::string frames;
      for (std::size_t k = 0; k < std::min(kFrames, stack.frames.size()); ++k)
        frames += (k == 0 ? "" : "<br>") + markdown_code(stack.frames[k]);
      if (stack.frames.size() > kFrames) frames += "<br>...";
      out += "| " + from_to(stack.count) + " | " + signed_count(stack.count) + " | " +
             signed_count(stack.bytes) + " | " + key_text(stack.key) + " | " + frames + " |\n";
    }
    if (shown < comparison.stacks.size())
      out += "\n" + plural(comparison.stacks.size() - shown, "more stack", "more stacks") + " changed.\n";
    if (const auto note = key_note(comparison); !note.empty()) out += "\n" + note + "\n";
  }
  return out;
}

}  // namespace cli::render
