#include "cli/render/facts_text.h"

#include <algorithm>
#include <cctype>

#include "cli/render/frame_text.h"
#include "cli/render/numbers.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

std::string bytes_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string access_text(const parser::Access& access) {
  std::string text{parser::access_name(access.kind)};
  if (access.size) text += " of " + bytes_text(*access.size);
  if (access.address) text += " at " + hex(*access.address);
  if (!access.task.empty())
    text += " by " + access.task + (access.pid ? "/" + std::to_string(*access.pid) : "");
  if (!access.pointer_tag.empty())
    text += ", pointer tag " + access.pointer_tag + ", memory tag " + access.memory_tag;
  return text;
}

std::string object_text(const parser::Report& report) {
  if (!report.object) return {};
  std::string text = report.object->cache;
  if (report.object->size) text += ", " + std::to_string(*report.object->size) + " bytes";
  if (report.object->address) text += " at " + hex(*report.object->address);
  return text;
}

std::string where_text(const parser::Report& report) {
  std::string text;
  if (report.cpu) text += "CPU " + std::to_string(*report.cpu);
  if (!report.comm.empty()) text += (text.empty() ? "" : ", ") + report.comm;
  if (report.pid) text += "/" + std::to_string(*report.pid);
  if (!report.kernel.empty()) text += (text.empty() ? "" : ", ") + std::string("kernel ") + report.kernel;
  return text;
}

std::optional<std::int64_t> counter(const parser::DepotStats& stats, std::string_view name) {
  for (const auto& [key, value] : stats.counters)
    if (key == name) return value;
  return std::nullopt;
}

}  // namespace

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return grouped(count) + " " + std::string(count == 1 ? one : many);
}

std::string family_label(parser::Family family) {
  auto name = std::string(parser::family_name(family));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string report_counts(const Analysis& analysis) {
  if (analysis.report_count == 0) return "no report";
  auto text = plural(analysis.report_count, "report", "reports") + ":";
  const char* separator = " ";
  for (const auto& [family, count] : analysis.families) {
    text += separator + grouped(count) + " " + family_label(family);
    separator = ", ";
  }
  if (analysis.corrupted > 0) text += " (" + grouped(analysis.corrupted) + " damaged)";
  return text;
}

std::string filter_note(bool filtered, std::uint64_t left_out, std::uint64_t untimed) {
  if (!filtered) return {};
  auto text = plural(left_out, "report was", "reports were") + " left out by --family, --title or --since.";
  if (untimed > 0)
    text += " " + plural(untimed, "report carries", "reports carry") +
            " no time that --since could be compared with; they were kept.";
  return text;
}

std::string kernel_text(const BootFacts& boot) {
  if (boot.release.empty()) return "kernel not named";
  return "kernel " + boot.release + (boot.arch.empty() ? "" : " " + boot.arch);
}

std::vector<std::pair<std::string_view, std::string>> report_fields(const parser::Report& report) {
  std::vector<std::pair<std::string_view, std::string>> fields;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) fields.emplace_back(name, std::move(value));
  };
  if (report.access) add("access", access_text(*report.access));
  add("object", object_text(report));
  add("where", report_detail(report));
  add("by", where_text(report));
  for (const auto& fix : report.fixes) add("fix", fix);
  return fields;
}

std::string report_detail(const parser::Report& report) {
  if (report.region && report.region->size != 0) {
    const auto& region = *report.region;
    std::string text = bytes_text(region.distance);
    text += region.position == "inside" ? " inside " : " " + region.position + " of ";
    text += region.state == "allocated" ? "an " : "a ";
    if (!region.state.empty()) text += region.state + " ";
    text += std::to_string(region.size) + "-byte region";
    if (report.object && !report.object->cache.empty()) text += " in " + report.object->cache;
    return text;
  }
  if (report.overwrite) {
    const auto& overwrite = *report.overwrite;
    return bytes_text(overwrite.last - overwrite.start + 1) + " at slab offset " +
           std::to_string(overwrite.offset) + ": " + hex(overwrite.found) + " instead of " +
           hex(overwrite.expected);
  }
  if (!report.variable.empty()) return "variable " + report.variable;
  if (!report.stack_objects.empty()) return "stack object '" + report.stack_objects.front().second + "'";
  if (!report.mapping.empty()) return report.mapping;
  if (report.object && !report.object->cache.empty() && report.family == parser::Family::kasan)
    return "object in " + report.object->cache;
  return {};
}

std::uint64_t record_bytes(const depot::Accounting& accounting) {
  return accounting.header_bytes + accounting.entry_bytes + accounting.padding_bytes +
         accounting.unused_slot_bytes;
}

double waste_share(const depot::Accounting& accounting) {
  const auto spent = record_bytes(accounting) + accounting.tail_bytes;
  return spent == 0 ? 0 : static_cast<double>(accounting.wasted_bytes()) / static_cast<double>(spent);
}

std::vector<const KernelStats*> last_stats(const Analysis& analysis) {
  std::vector<const KernelStats*> found;
  for (std::size_t i = 0; i < analysis.kernel_stats.size(); ++i) {
    // A file that was read again and again ends with what counts.
    const bool last = i + 1 == analysis.kernel_stats.size() ||
                      analysis.kernel_stats[i + 1].input != analysis.kernel_stats[i].input;
    if (last) found.push_back(&analysis.kernel_stats[i]);
  }
  return found;
}

std::vector<std::string> stats_remarks(const Analysis& analysis, const KernelStats& found) {
  std::vector<std::string> remarks;
  const auto count = [&](std::string_view name) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, counter(found.stats, name).value_or(0)));
  };
  const auto persistent = count("persistent_count");
  // With several boots in the input, whose counters these are is not known.
  if (persistent == 0) return remarks;
  for (std::size_t i = 0; i < kDefaultConfigs; ++i) {
    const depot::Layout layout(analysis.configs[i]);
    const auto& accounting = analysis.accountings[i];
    if (layout.era().stats == depot::StatsGeneration::kSplit && accounting.persistent > 0 &&
        analysis.boots.size() < 2)
      remarks.push_back(
          "The input holds " + grouped(accounting.persistent) + " of these " + grouped(persistent) +
          " persistent records (" +
          percent(static_cast<double>(accounting.persistent) / static_cast<double>(persistent)) + "), " +
          grouped(accounting.persistent_bytes) + " of their " + grouped(count("persistent_bytes")) +
          " bytes.");
    if (layout.slots_per_pool() > 0 && layout.fixed()) {
      const auto slots = persistent + count("refcounted_in_use") + count("freelist_size");
      const auto pools = (slots + layout.slots_per_pool() - 1) / layout.slots_per_pool();
      remarks.push_back("In fixed records of " + std::to_string(layout.slot_size()) +
                        " bytes they would take " + grouped(pools) + (pools == 1 ? " pool, " : " pools, ") +
                        kib(pools * layout.pool_size()) + ", where the kernel has " +
                        grouped(count("pools")) + " pools, " + kib(count("pools") * layout.pool_size()) +
                        ".");
    }
  }
  return remarks;
}

std::string depot_note(const Analysis& analysis) {
  std::string text;
  if (analysis.live_dumps)
    text =
        "alloc_traces, free_traces and page_owner list live tracks only: the stacks of what is allocated "
        "now. The depot keeps every stack it ever saw, so the kernel's own figure is higher" +
        std::string(analysis.kernel_stats.empty() ? "; add /sys/kernel/debug/stackdepot/stats to see both."
                                                  : ".");
  else if (analysis.kernel_stats.empty() && analysis.facts.saves < 5000)
    text =
        "A whole boot holds thousands: add /sys/kernel/debug/slab/*/alloc_traces, page_owner or "
        "stackdepot/stats for the kernel's total.";
  if (analysis.live_dumps && analysis.boots.size() > 1)
    text += " They were counted with the boot of the log named before them.";
  return text;
}

}  // namespace cli::render
