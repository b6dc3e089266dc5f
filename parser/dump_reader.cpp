#include "parser/dump_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/scan.h"

namespace parser {
namespace {

constexpr std::array<std::string_view, 11> kCounters{"pools",
                                                     "allocations",
                                                     "frees",
                                                     "in_use",
                                                     "freelist_size",
                                                     "refcounted_allocations",
                                                     "refcounted_frees",
                                                     "refcounted_in_use",
                                                     "persistent_count",
                                                     "persistent_bytes",
                                                     "total_pools"};

// "      3 foo_open+0x2a/0x60 [foo] waste=72/24 age=4021/5000/6100 pid=401-409 cpus=0-1", or
// "<not-available>" for the function. The count alone is taken off the front.
std::optional<std::uint64_t> slab_entry_count(std::string_view line) {
  auto rest = line;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
  const auto count = take_number<std::uint64_t>(rest);
  if (!count || !skip(rest, " ")) return std::nullopt;
  if (rest.starts_with("<not-available>")) return count;
  const auto plus = rest.find("+0x");
  if (plus == std::string_view::npos || rest.substr(0, plus).find(' ') != std::string_view::npos)
    return std::nullopt;
  if (rest.find(" age=", plus) == std::string_view::npos &&
      rest.find(" pid=", plus) == std::string_view::npos)
    return std::nullopt;
  return count;
}

}  // namespace

bool DumpReader::begins_entry(std::string_view line) const {
  if (line.empty()) return false;
  switch (line.front()) {
    case ' ':
      return slab_entry_count(line).has_value();
    case 'P':
      return line.starts_with("Page allocated via order ");
    case 'p':
      return line.starts_with("pools: ");
    case 'n':
      return line.starts_with("nr_base_pages: ");
    case '{':
      return StackListReader::looks_like_record(line);
    default:
      return is_digit(line.front()) && slab_entry_count(line).has_value();
  }
}

void DumpReader::open_entry(Role role, std::uint64_t count, std::uint64_t number, InputKind kind) {
  finish();
  trace_ = Trace{};
  trace_.role = role;
  trace_.in_depot = true;
  trace_.line = number;
  trace_.count = count;
  state_ = State::entry;
  sink_.on_kind(kind);
}

bool DumpReader::begin_slab_entry(std::string_view line, std::uint64_t number) {
  const auto count = slab_entry_count(line);
  if (!count) return false;
  open_entry(slab_role_, *count, number, InputKind::slab_traces);
  return true;
}

bool DumpReader::begin(std::string_view line, std::uint64_t number) {
  if (line.starts_with("Page allocated via order ")) {
    open_entry(Role::page_alloc, 1, number, InputKind::page_owner);
    return true;
  }
  if (StackListReader::looks_like_record(line)) {
    finish();
    in_list_ = true;
    sink_.on_kind(InputKind::stack_list);
    stack_list_.read(line, number);
    return true;
  }
  return begin_slab_entry(line, number);
}

bool DumpReader::take_counter(std::string_view line, std::uint64_t number) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos) return false;
  const auto name = line.substr(0, colon);
  if (std::find(kCounters.begin(), kCounters.end(), name) == kCounters.end()) return false;
  const auto value = to_number<std::int64_t>(trim_right(line.substr(colon + 2)));
  if (!value) return false;
  const bool again = state_ == State::stats && std::any_of(stats_.counters.begin(), stats_.counters.end(),
                                                           [&](const auto& c) { return c.first == name; });
  if (state_ != State::stats || again) {
    // "pools" opens the file; where that line was left out, names that nothing else has do, and at the very
    // front of an input any of them.
    const bool telling =
        name == "pools" || name.starts_with("refcounted_") || name.starts_with("persistent_") || number == 1;
    if (!telling && !again) return false;
    finish();
    stats_ = DepotStats{number, {}};
    state_ = State::stats;
    sink_.on_kind(InputKind::depot_stats);
  }
  stats_.counters.emplace_back(std::string(name), *value);
  return true;
}

void DumpReader::add_frame(std::string_view line) {
  if (line.ends_with(" [inline]")) return;
  const auto frame = frames_.parse(line);
  if (!frame || !frame->reliable) return;
  if (trace_.frames.size() >= Trace::kMaxFrames) {
    ++trace_.frames_cut;
    return;
  }
  trace_.frames.push_back({frame->id, true});
}

// show_stacks: frames first, then "nr_base_pages: 2872" ("stack_count: 12" in early v6.9-rc).
bool DumpReader::take_bare_stack(std::string_view line, std::uint64_t number, bool idle) {
  if (!line.empty() && line.front() == ' ' && may_be_frame(line)) {
    if (state_ != State::bare_stack) {
      if (!idle) return false;
      finish();
      trace_ = Trace{};
      trace_.role = Role::page_alloc;
      trace_.in_depot = true;
      trace_.line = number;
      state_ = State::bare_stack;
    }
    add_frame(line);
    return true;
  }
  if (state_ != State::bare_stack) return false;
  if (line.starts_with("nr_base_pages: ") || line.starts_with("stack_count: ") ||
      line.starts_with("handle: ")) {
    sink_.on_kind(InputKind::page_owner_stacks);
    state_ = State::entry;
    finish();
    return true;
  }
  // Frames that no such line follows are some other text's; they were never saved here.
  state_ = State::none;
  return false;
}

bool DumpReader::take(std::string_view line, std::uint64_t number, bool idle) {
  if (state_ == State::entry) {
    if (!line.empty() && line.front() == ' ' && !slab_entry_count(line)) {
      if (may_be_frame(line)) add_frame(line);
      return true;
    }
    if (trim_left(line).empty()) {
      finish();
      return true;
    }
    for (const auto remark : {"PFN ", "Page has been migrated", "Charged ", "Slab cache page"})
      if (line.starts_with(remark)) return true;
  }
  if (line.empty()) {
    finish();
    return false;
  }
  if (begin(line, number)) return true;
  if (in_list_ && line.find('{') != std::string_view::npos) {
    sink_.on_bad_line(number, "no record: it has no \"frames\"");
    return true;
  }
  if (take_counter(line, number)) return true;
  if (state_ == State::entry || state_ == State::stats) finish();
  return take_bare_stack(line, number, idle);
}

void DumpReader::finish() {
  if (state_ == State::entry && !trace_.frames.empty()) sink_.on_depot_trace(trace_);
  if (state_ == State::stats) sink_.on_stats(stats_);
  state_ = State::none;
}

}  // namespace parser
