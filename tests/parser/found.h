// What the parser finds in a text, kept whole, and the same as the expectation lines of testdata: one fact a
// line, so that a difference reads as a sentence.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "parser/log_parser.h"

namespace parser_tests {

struct Found final : parser::Sink {
  std::vector<parser::Boot> boots;
  std::vector<parser::Trace> depot_traces;
  std::vector<parser::Report> reports;
  std::vector<parser::DepotStats> stats;
  std::vector<std::pair<std::uint64_t, std::string>> bad_lines;
  std::set<parser::InputKind> kinds;
  parser::LogParser log_parser{*this, {true}};

  void on_boot(const parser::Boot& boot) override { boots.push_back(boot); }
  void on_depot_trace(const parser::Trace& trace) override { depot_traces.push_back(trace); }
  void on_report(parser::Report&& report, std::string_view text) override {
    reports.push_back(std::move(report));
    reports.back().text = text;
  }
  void on_stats(const parser::DepotStats& values) override { stats.push_back(values); }
  void on_bad_line(std::uint64_t line, std::string_view why) override { bad_lines.emplace_back(line, why); }
  void on_kind(parser::InputKind kind) override { kinds.insert(kind); }

  const parser::FrameTable& frames() const { return log_parser.frames(); }
  std::uint64_t saves() const {
    std::uint64_t sum = 0;
    for (const auto& trace : depot_traces) sum += trace.count;
    return sum;
  }
};

// How long the next piece handed to the parser is; called until the text is used up.
using NextSize = std::function<std::size_t()>;

inline std::unique_ptr<Found> parse_in_pieces(std::string_view text, const NextSize& next_size,
                                              std::string_view name = "log.txt") {
  auto found = std::make_unique<Found>();
  found->log_parser.begin_input(name);
  while (!text.empty()) {
    // A copy of its own for each piece: a view that outlives it is then seen by AddressSanitizer.
    const std::string piece(text.substr(0, std::max<std::size_t>(1, next_size())));
    found->log_parser.feed(piece);
    text.remove_prefix(piece.size());
  }
  found->log_parser.finish_input();
  return found;
}

inline std::unique_ptr<Found> parse(std::string_view text, std::string_view name = "log.txt") {
  return parse_in_pieces(
      text, [&text] { return text.size(); }, name);
}

inline std::string hex(std::uint64_t value) {
  std::ostringstream out;
  out << std::hex << value;
  return out.str();
}

inline std::string or_dash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}
template <typename Number>
std::string or_dash(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "-";
}
inline std::string hex_or_dash(const std::optional<std::uint64_t>& number) {
  return number ? hex(*number) : "-";
}

inline std::string frame_text(const parser::Frame& frame) {
  std::string text = frame.symbol.empty() ? "0x" + hex(frame.address) : std::string(frame.symbol);
  if (!frame.symbol.empty()) text += "+0x" + hex(frame.offset) + "/0x" + hex(frame.size);
  if (!frame.module.empty()) text += " [" + std::string(frame.module) + "]";
  if (!frame.file.empty()) text += " " + std::string(frame.file) + ":" + std::to_string(frame.line);
  return text;
}

// "alloc* 10": the role, a star where the kernel keeps it in the depot, the frames ("9+2?" where 2 more are
// unreliable).
inline std::string trace_summary(const parser::Trace& trace) {
  const auto doubtful = std::count_if(trace.frames.begin(), trace.frames.end(),
                                      [](const parser::FrameRef& ref) { return !ref.reliable; });
  std::string text(parser::role_name(trace.role));
  if (trace.in_depot) text += '*';
  text += ' ' + std::to_string(trace.frames.size() - static_cast<std::size_t>(doubtful));
  if (doubtful > 0) text += "+" + std::to_string(doubtful) + "?";
  if (trace.frames_cut > 0) text += " (" + std::to_string(trace.frames_cut) + " cut)";
  return text;
}

// What a trace's own heading says: "pid 12 cpu 1 18.613090s x3"
inline std::string trace_facts(const parser::Trace& trace) {
  std::string text;
  if (trace.kasan != parser::KasanMode::unknown)
    text += trace.kasan == parser::KasanMode::tags ? " (tags)" : " (generic)";
  if (trace.pid) text += " pid " + std::to_string(*trace.pid);
  if (trace.cpu) text += " cpu " + std::to_string(*trace.cpu);
  if (!trace.when.empty()) text += " " + trace.when;
  if (trace.count != 1) text += " x" + std::to_string(trace.count);
  if (trace.evictable) text += *trace.evictable ? " evictable" : " kept";
  if (trace.put) text += " put";
  if (!trace.client.empty()) text += " client " + trace.client;
  return text;
}

inline std::vector<std::string> report_lines(const parser::Report& report, std::uint64_t minus = 0) {
  std::vector<std::string> lines;
  const auto add = [&lines](std::string_view key, const std::string& value) {
    lines.push_back(std::string(key) + ": " + value);
  };
  add("TITLE", report.title);
  for (const auto& alt : report.alt_titles) add("ALT", alt);
  add("FAMILY", std::string(parser::family_name(report.family)));
  add("TYPE", or_dash(report.type));
  if (!report.guilty.empty()) add("GUILTY", report.guilty);
  if (!report.corrupted_reason.empty()) add("CORRUPTED", report.corrupted_reason);
  if (report.kasan != parser::KasanMode::unknown)
    add("MODE", report.kasan == parser::KasanMode::tags ? "tags" : "generic");
  add("LINES", std::to_string(report.first_line - minus) + " " + std::to_string(report.line - minus) + " " +
                   std::to_string(report.end_line - minus));
  add("DEMUX", std::string(parser::demux_name(report.demux)));
  add("KERNEL", or_dash(report.kernel));
  add("TASK", or_dash(report.cpu) + " " + or_dash(report.pid) + " " + or_dash(report.comm));
  if (const auto& access = report.access) {
    std::string text = or_dash(parser::access_name(access->kind)) + " size " + or_dash(access->size) +
                       " at " + hex_or_dash(access->address) + " by " + or_dash(access->task) + "/" +
                       or_dash(access->pid);
    if (!access->pointer_tag.empty()) text += " tags " + access->pointer_tag + " " + access->memory_tag;
    add("ACCESS", text);
  }
  if (const auto& object = report.object)
    add("OBJECT",
        or_dash(object->cache) + " size " + or_dash(object->size) + " at " + hex_or_dash(object->address));
  if (const auto& region = report.region)
    add("REGION", std::to_string(region->distance) + " " + or_dash(region->position) + " of " +
                      (region->state.empty() ? "" : region->state + " ") + std::to_string(region->size) +
                      " bytes " + hex(region->start) + ".." + hex(region->end));
  if (const auto& overwrite = report.overwrite)
    add("OVERWRITE", hex(overwrite->start) + ".." + hex(overwrite->last) + " @" +
                         std::to_string(overwrite->offset) + " " + hex(overwrite->found) + " for " +
                         hex(overwrite->expected));
  if (const auto& slab = report.slab)
    add("SLAB", slab->address + " objects " + std::to_string(slab->objects) + " used " +
                    std::to_string(slab->used) + " fp " + slab->freelist + " flags " + slab->flags);
  if (!report.variable.empty()) add("VARIABLE", report.variable);
  if (!report.stack_frame.empty()) add("STACK", report.stack_frame);
  for (const auto& [extent, name] : report.stack_objects) add("LOCAL", extent + " " + name);
  if (!report.source_file.empty())
    add("SOURCE", report.source_file + ":" + std::to_string(report.source_line));
  if (!report.mapping.empty()) add("MAPPING", report.mapping);
  for (const auto& fix : report.fixes) add("FIX", fix);
  std::string traces;
  for (const auto& trace : report.traces) {
    if (!traces.empty()) traces += ", ";
    auto without_mode = trace;  // told once, by MODE
    without_mode.kasan = parser::KasanMode::unknown;
    traces += trace_summary(trace) + trace_facts(without_mode);
  }
  if (report.traces_left_out > 0) traces += ", and " + std::to_string(report.traces_left_out) + " more";
  if (!traces.empty()) add("TRACES", traces);
  return lines;
}

// A report down to its last frame, for comparing two readings; line numbers as they are, from the report's
// own first line on, or left out.
enum class Lines : std::uint8_t { absolute, relative, none };
inline std::string whole_report(const Found& found, const parser::Report& report,
                                Lines lines = Lines::absolute) {
  std::string text;
  for (const auto& line : report_lines(report, lines == Lines::relative ? report.first_line - 1 : 0))
    if (lines != Lines::none || !line.starts_with("LINES: ")) text += line + '\n';
  text += "kind " + report.kind + "\nlocation " + report.location + '\n';
  for (const auto& trace : report.traces) {
    text += trace_summary(trace) + trace_facts(trace) + '\n';
    for (const auto& ref : trace.frames)
      text += (ref.reliable ? "  " : "  ? ") + frame_text(found.frames()[ref.frame]) + '\n';
  }
  return text;
}

inline std::vector<std::string> expectation_lines(const Found& found) {
  std::vector<std::string> lines;
  auto in_order = found.reports;
  std::stable_sort(in_order.begin(), in_order.end(),
                   [](const auto& a, const auto& b) { return a.first_line < b.first_line; });
  std::set<std::uint64_t> in_reports;  // lines at which the reports' own traces begin
  for (const auto& report : in_order) {
    for (const auto& line : report_lines(report)) lines.push_back(line);
    for (const auto& trace : report.traces) in_reports.insert(trace.line);
  }
  for (const auto& boot : found.boots)
    lines.push_back("BOOT: " + boot.release + " " + or_dash(boot.arch) + " line " +
                    std::to_string(boot.line) + (boot.from_banner ? "" : " (from a CPU line)"));
  for (const auto& trace : found.depot_traces)
    if (!in_reports.contains(trace.line))
      lines.push_back("TRACE: line " + std::to_string(trace.line) + " " + trace_summary(trace) +
                      trace_facts(trace));
  for (const auto& stats : found.stats) {
    std::string text = "STATS: line " + std::to_string(stats.line);
    for (const auto& [name, value] : stats.counters) text += ", " + name + " " + std::to_string(value);
    lines.push_back(text);
  }
  for (const auto& [line, why] : found.bad_lines)
    lines.push_back("BAD: line " + std::to_string(line) + " " + why);
  std::string kinds;
  for (const auto kind : found.kinds) {
    if (!kinds.empty()) kinds += ", ";
    kinds += parser::input_kind_name(kind);
  }
  lines.push_back("KINDS: " + or_dash(kinds));
  lines.push_back("SAVES: " + std::to_string(found.saves()));
  return lines;
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A file of testdata: "#" lines, expectation lines, a blank line, the log.
struct Sample {
  std::string path, name;  // name: "kasan/v6.12-uaf.txt"
  std::vector<std::string> origin, expected;
  std::string log;
};

inline Sample read_sample(const std::string& path, const std::string& name) {
  Sample sample;
  sample.path = path;
  sample.name = name;
  const auto text = read_file(path);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = std::min(end + 1, text.size());
    if (line.empty()) break;
    (line.front() == '#' ? sample.origin : sample.expected).push_back(line);
  }
  sample.log = text.substr(at);
  return sample;
}

// Every file below testdata/reports and testdata/dumps, sorted by name.
inline std::vector<Sample> all_samples() {
  namespace fs = std::filesystem;
  std::vector<Sample> samples;
  for (const auto* folder : {"reports", "dumps"}) {
    const auto root = fs::path(DEPOT_SOURCE_DIR) / "testdata" / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root))
      if (entry.path().extension() == ".txt")
        samples.push_back(read_sample(entry.path().string(), folder / fs::relative(entry.path(), root)));
  }
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return samples;
}

}  // namespace parser_tests
