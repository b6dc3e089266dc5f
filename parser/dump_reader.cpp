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

// "eth0@00000000a1b2c3d4 has 2/5 users at": the users that this stack stands for. ref_tracker's debugfs files
// have such lines bare.
std::optional<std::uint64_t> tracker_users(std::string_view line) {
  constexpr std::string_view kEnd = " users at";
  if (!line.ends_with(kEnd)) return std::nullopt;
  line.remove_suffix(kEnd.size());
  const auto has = line.rfind(" has ");
  if (has == std::string_view::npos || line.substr(0, has).find('@') == std::string_view::npos)
    return std::nullopt;
  line.remove_prefix(has + 5);
  const auto users = take_number<std::uint64_t>(line);
  if (!users || *users == 0 || !skip(line, "/") || !take_number<std::uint64_t>(line) || !line.empty())
    return std::nullopt;
  return users;
}

bool is_blank(std::string_view line) {
  return trim_left(line).empty();
}

// What page_owner and ref_tracker say of an entry besides its stack.
bool is_remark(std::string_view line) {
  switch (line.front()) {
    case 'P':
      return line.starts_with("PFN ") || line.starts_with("Page has been migrated");
    case 'C':
      return line.starts_with("Charged ");
    case 'S':
      return line.starts_with("Slab cache page");
    default:
      return false;
  }
}

}  // namespace

void DumpReader::open_stack(Role role, std::uint64_t count, std::uint64_t number) {
  // Its frames' room is kept for the next one.
  auto frames = std::move(trace_.frames);
  frames.clear();
  trace_ = Trace{};
  trace_.frames = std::move(frames);
  trace_.role = role;
  trace_.in_depot = true;
  trace_.line = number;
  trace_.count = count;
}

void DumpReader::open(State state, Role role, std::uint64_t count, std::uint64_t number, InputKind kind) {
  finish();
  before_entry_();
  open_stack(role, count, number);
  state_ = state;
  sink_.on_kind(kind);
}

bool DumpReader::may_begin(std::string_view line) {
  if (line.empty()) return false;
  // Blanks and digits: alloc_traces, show_stacks; "Page allocated", "unreferenced object", '{': a record;
  // "nr_base_pages", "stack_count", "handle"; the rest begin counters' names.
  static constexpr Characters kFirsts(" \t0123456789Pu{nshpafirt");
  // "... users at": ref_tracker
  return kFirsts.has(line.front()) || line.back() == 't';
}

// A line that begins an entry, whatever stood before it.
bool DumpReader::begin(std::string_view line, std::uint64_t number, bool idle) {
  const char first = line.front();
  if (first == ' ' || is_digit(first)) {
    const auto count = slab_entry_count(line);
    if (count) open(State::entry, slab_role_, *count, number, InputKind::slab_traces);
    return count.has_value();
  }
  if (first == 'P' && line.starts_with("Page allocated via order ")) {
    open(State::entry, Role::page_alloc, 1, number, InputKind::page_owner);
    return true;
  }
  // Below a title ("BUG: memory leak") it is that report's.
  if (first == 'u' && idle && line.starts_with("unreferenced object 0x")) {
    open(State::leak, Role::kmemleak, 1, number, InputKind::kmemleak);
    return true;
  }
  if (StackListReader::looks_like_record(line)) {
    finish();
    before_entry_();
    in_list_ = true;
    sink_.on_kind(InputKind::stack_list);
    stack_list_.read(line, number);
    return true;
  }
  if (line.back() == 't' && idle) {
    if (const auto users = tracker_users(line)) {
      open(State::entry, Role::ref_tracker, *users, number, InputKind::ref_tracker);
      return true;
    }
  }
  return false;
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
    if (name == "pools") before_entry_();
    stats_ = DepotStats{number, {}};
    state_ = State::stats;
    sink_.on_kind(InputKind::depot_stats);
  }
  stats_.counters.emplace_back(std::string(name), *value);
  return true;
}

void DumpReader::add_frame(std::string_view line) {
  if (is_inlined(line)) return;
  const auto frame = frames_.parse(line);
  if (!frame || !frame->reliable) return;
  if (trace_.frames.size() >= Trace::kMaxFrames) {
    ++trace_.frames_cut;
    return;
  }
  trace_.frames.push_back({frame->id, true});
}

// show_stacks: frames first, then "nr_base_pages: 2872" ("stack_count: 12" in early v6.9-rc), or "handle: 5"
// in show_stacks_handles. show_handles has handles and page counts alone, no stack.
bool DumpReader::take_bare_stack(std::string_view line, std::uint64_t number, bool idle) {
  if (line.front() == ' ' && may_be_frame(line)) {
    if (state_ != State::bare_stack) {
      if (!idle) return false;
      finish();
      open_stack(Role::page_alloc, 1, number);
      state_ = State::bare_stack;
    }
    add_frame(line);
    return true;
  }
  const bool pages = line.starts_with("nr_base_pages: ") || line.starts_with("stack_count: ");
  const bool handle = line.starts_with("handle: ");
  if (state_ == State::handle && pages) {
    state_ = State::none;
    return true;
  }
  if (state_ == State::bare_stack && (pages || handle)) {
    before_entry_();
    sink_.on_kind(InputKind::page_owner_stacks);
    state_ = State::entry;
    close();
    return true;
  }
  if (handle && idle && to_number<std::int64_t>(trim_right(line.substr(8)))) {
    finish();
    sink_.on_kind(InputKind::page_owner_stacks);
    state_ = State::handle;
    return true;
  }
  // Frames that no such line follows are some other text's; they were never saved here.
  state_ = State::none;
  return false;
}

// A page_owner, alloc_traces or ref_tracker entry: its frames are indented, a blank line ends it.
bool DumpReader::take_in_entry(std::string_view line) {
  if (is_blank(line)) {
    close();
    return true;
  }
  if (line.front() != ' ') return is_remark(line);
  // Only the line above a stack has such a count, and it is no frame.
  if (trace_.role == slab_role_ && slab_entry_count(line)) return false;
  if (may_be_frame(line)) add_frame(line);
  return true;
}

// "  comm ...", "  hex dump ...", "    00 00 ...", "  backtrace (crc 5c1d2e3f):", "    f+0x1/0x2"
bool DumpReader::take_in_leak(std::string_view line, std::uint64_t number) {
  if (line.front() != ' ') return false;
  if (state_ == State::leak) {
    if (trim_left(line).starts_with("backtrace")) {
      state_ = State::leak_stack;
      trace_.line = number;
    }
  } else if (may_be_frame(line)) {
    add_frame(line);
  }
  return true;
}

bool DumpReader::read(std::string_view line, std::uint64_t number, bool idle) {
  if (line.empty()) {
    const bool ends_entry = state_ == State::entry;
    finish();
    return ends_entry;
  }
  if (state_ == State::entry && take_in_entry(line)) return true;
  if ((state_ == State::leak || state_ == State::leak_stack) && take_in_leak(line, number)) return true;
  if (begin(line, number, idle)) return true;
  if (in_list_ && line.find('{') != std::string_view::npos) {
    sink_.on_bad_line(number, "no record: it has no \"frames\"");
    return true;
  }
  if (take_counter(line, number)) return true;
  if (state_ != State::bare_stack && state_ != State::handle) finish();
  return take_bare_stack(line, number, idle);
}

void DumpReader::close() {
  const auto state = std::exchange(state_, State::none);
  if ((state == State::entry || state == State::leak_stack) && !trace_.frames.empty())
    sink_.on_depot_trace(trace_);
  if (state == State::stats) sink_.on_stats(stats_);
}

}  // namespace parser
