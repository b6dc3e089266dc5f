#include "cli/render/triage_parts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "cli/render/frame_text.h"
#include "parser/grouping/subject.h"

namespace cli::render {
namespace {

constexpr std::size_t kShownReasons = 3;
constexpr std::size_t kShownKernels = 4;

bool all_hex(std::string_view word, std::size_t least) {
  return word.size() >= least &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// " ffff888000bc8d80: fc fc fc", ">ffff888000bc8e00: 00 00", "Redzone  ffff888001bf6c00: cc cc"
bool is_hex_row(std::string_view line) {
  for (const std::string_view name : {"Redzone", "Object", "Padding", "Bytes b4", ">"})
    if (line.starts_with(name)) line.remove_prefix(name.size());
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto colon = line.find(':');
  return colon != std::string_view::npos && all_hex(line.substr(0, colon), 8) &&
         all_hex(line.substr(std::min(colon + 2, line.size()), 2), 2);
}

// Lines that a debugger needs and a reader of a summary does not; so are frames that the unwinder is not sure
// of.
bool is_detail(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.empty() || line == "^") return true;
  static constexpr std::array<std::string_view, 21> kStarts{
      "RAX: ",          "RBP: ",    "RDX: ",  "R10: ",   "R13: ",  "RSP: ", "FS: ", "CS: ",
      "CR2: ",          "DR0: ",    "DR3: ",  "PKRU:",   "Code: ", "x2",    "x1",   "Modules linked in:",
      "Hardware name:", "ORIG_RAX", "<TASK>", "</TASK>", "? "};
  for (const auto start : kStarts) {
    if (!line.starts_with(start)) continue;
    // x29: ffff800081d2b8d0
    if (start.size() > 2 || line.find(": ") <= 4) return true;
  }
  return is_hex_row(line) || line.find_first_not_of('=') == std::string_view::npos ||
         line.find_first_not_of('-') == std::string_view::npos;
}

}  // namespace

std::string excerpt(const parser::Report& report, std::size_t lines) {
  std::string text;
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (std::string_view rest = report.text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (is_detail(line)) continue;
    if (shown == lines) {
      ++left_out;
      continue;
    }
    ++shown;
    text.append(line).append("\n");
  }
  if (left_out > 0) text += "... " + std::to_string(left_out) + " more lines\n";
  return text;
}

std::string where_seen(const TriageGroup& group) {
  const auto place = [](const ReportPlace& at) { return at.input + ":" + std::to_string(at.line); };
  auto text = std::to_string(group.count) + (group.count == 1 ? " report in " : " reports in ") +
              std::to_string(group.logs) + (group.logs == 1 ? " log, first " : " logs, first ") +
              place(group.places.front());
  if (group.count > 1) text += ", last " + place(group.last);
  std::size_t shown = 0;
  for (const auto& kernel : group.kernels) {
    if (kernel.release.empty() && kernel.arch.empty()) continue;
    if (shown == kShownKernels) {
      text += ", ...";
      break;
    }
    text += (shown++ == 0 ? "; kernel " : ", ") + kernel.release +
            (kernel.arch.empty() ? "" : (kernel.release.empty() ? "" : " ") + kernel.arch);
  }
  return text;
}

std::string severity_text(const TriageGroup& group) {
  return std::string(group.severity.name) + ": " + std::string(group.severity.why);
}

std::string status_text(const TriageGroup& group) {
  if (group.status == GroupStatus::fresh) return {};
  std::string text(status_name(group.status));
  for (std::size_t i = 0; i < std::min(kShownReasons, group.reasons.size()); ++i)
    text += (i == 0 ? ": " : "; ") + group.reasons[i];
  if (group.reasons.size() > kShownReasons) text += "; ...";
  return text;
}

std::string places_text(const TriageResult& result, const TriageGroup& group) {
  const auto* trace = parser::telling_trace(group.example, result.frames);
  if (trace == nullptr) return {};
  bool any = false;
  std::string text, reason;
  for (std::size_t i = 0; i < trace->frames.size(); ++i) {
    if (!trace->frames[i].reliable) continue;
    text += stored_frame_text(result.frames[trace->frames[i].frame]);
    const auto* answer = result.places.find(trace->frames[i].frame, holds_exact_pc(*trace, i, result.frames));
    if (answer != nullptr && answer->location && !answer->location->file.empty()) {
      any = true;
      for (const auto& inlined : answer->location->inlined)
        text += "\n  " + inlined.function + " " + inlined.file + ":" + std::to_string(inlined.line) +
                " (inlined)";
      text += (answer->location->inlined.empty() ? " " : "\n  ") + answer->location->file + ":" +
              std::to_string(answer->location->line);
    } else if (answer != nullptr && reason.empty()) {
      reason = answer->reason;
    }
    text += "\n";
  }
  if (any) return text;
  return reason.empty() ? reason : "No source lines: " + reason + "\n";
}

}  // namespace cli::render
