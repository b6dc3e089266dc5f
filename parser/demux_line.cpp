#include "parser/demux_line.h"

#include <algorithm>
#include <array>
#include <functional>

#include "parser/depot_sections.h"
#include "parser/functions.h"
#include "parser/kasan.h"
#include "parser/kernel_release.h"
#include "parser/program_counter.h"
#include "parser/report_builder.h"
#include "parser/scan.h"
#include "parser/splat.h"
#include "parser/splat_rule.h"

namespace parser {
namespace {

using Kind = DemuxLine::Kind;

// What functions say of their place in a stack by their names.
struct Placed {
  constexpr Placed(DemuxFrame::Place says, std::string_view patterns) : place(says), names(patterns) {
    bool begins = true;
    for (const char c : patterns) {
      if (begins && c != '_') letters |= bit(c);
      begins = c == ' ' || (begins && c == '_');
    }
  }
  bool has(std::string_view symbol) const {
    const auto first = symbol.find_first_not_of('_');
    return first != std::string_view::npos && (letters & bit(symbol[first])) != 0 &&
           matches_any(symbol, names);
  }
  static constexpr std::uint32_t bit(char letter) {
    return std::uint32_t{1} << (static_cast<unsigned char>(letter) % 32);
  }

  DemuxFrame::Place place;
  std::string_view names;
  std::uint32_t letters = 0;  // that any of them begins with, underscores left out
};

constexpr std::array kPlaced{
    Placed(DemuxFrame::begins_live, "dump_stack* __dump_stack show_stack dump_backtrace* unwind_backtrace"),
    Placed(DemuxFrame::begins_kasan, "kasan_save_stack save_stack save_stack_trace stack_trace_save"),
    Placed(DemuxFrame::begins_page_alloc,
           "get_page_from_freelist post_alloc_hook set_page_owner prep_new_page* __set_page_owner"),
    Placed(DemuxFrame::begins_page_free,
           "free_unref_* free_pcp_prepare free_pages_prepare __free_pages* reset_page_owner free_frozen_* "
           "__free_frozen*"),
    // A stack of either kind ends with them.
    Placed(DemuxFrame::root,
           "entry_* ret_from_fork* el0t_* el0_svc secondary_startup* system_call_fastpath "
           "ret_from_kernel_thread*"),
};

// "0xffff88..." or "ffff88...": the first of a line, leading words passed over.
std::uint64_t address_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_hex(text[end])) ++end;
    const auto digits = end - at;
    if (digits == 16 || digits == 8)
      if (const auto value = to_number(text.substr(at, digits), 16))
        // What %p hashes says nothing of where it is; the upper half is zero then.
        return digits == 16 && *value <= UINT32_MAX ? 0 : *value;
    at = std::max(end, at + 1);
    while (at < text.size() && at > 0 && (is_hex(text[at - 1]) || text[at - 1] == '_') && is_hex(text[at]))
      ++at;
  }
  return 0;
}

// "... in foo_read+0x4c/0x90 [foo]", "... at object_err+0x28b/0x3a0": a title's function
std::uint64_t symbol_in_title(std::string_view body) {
  auto at = body.rfind(" in ");
  std::size_t skipped = 4;
  if (at == std::string_view::npos) {
    at = body.rfind(' ', body.find("+0x"));
    skipped = 1;
  }
  if (at == std::string_view::npos) return 0;
  const auto rest = body.substr(at + skipped);
  const auto end = rest.find("+0x");
  return end == std::string_view::npos ? 0 : hash_of(without_compiler_suffix(rest.substr(0, end)));
}

// What stands below an oops' first line: "Oops: 0002 [#1] SMP", "Internal error: Oops: ...". "Oops: general
// protection fault" of v6.10 is a first line.
bool goes_on_with(std::string_view body) {
  return body.starts_with("Internal error") || body.starts_with("Oops - ") ||
         (skip(body, "Oops: ") && !body.empty() && is_digit(body.front()));
}

bool read_title(std::string_view body, DemuxLine& out) {
  if (body.starts_with("BUG: KASAN: ") || body.starts_with("BUG: Double free or ")) {
    out.order = Order::kasan;
    out.untracked = is_untracked(body.substr(12));
    const auto kind = body.substr(0, body.find(" in "));
    out.freeing = is_free_kind(kind);
    if (const auto at = body.rfind(" at addr "); at != std::string_view::npos)
      out.address = address_in(body.substr(at));
  } else if (body.starts_with("BUG ") && body.find(": kasan: bad access") != std::string_view::npos) {
    // Until v4.5 SLUB's view of the object stood inside KASAN's report.
    out.kind = Kind::section;
    out.ranks[0] = 3;
    return true;
  } else if (body.starts_with("BUG ") && body.find("): ") != std::string_view::npos) {
    out.order = Order::slub;
    const auto end = body.find(" (");
    out.cache = hash_of(body.substr(4, end - 4));
  } else {
    const auto found = find_splat(without_tags(body));
    if (!found) return false;
    out.order = Order::other;
    if (found->alone) {
      out.kind = Kind::aside;
      return true;
    }
    if (const auto at = body.find(" PID: "); at != std::string_view::npos) {
      auto rest = body.substr(at + 6);
      out.pid = take_number<std::int64_t>(rest).value_or(-1);
    }
    out.slub_own = is_slubs_own(body);
    if (found->rule->consequence != Consequence::no || goes_on_with(body)) {
      out.kind = Kind::more;
      out.ranks[2] = 3;
      return true;
    }
  }
  out.kind = Kind::title;
  out.ranks[0] = out.ranks[1] = out.ranks[2] = 0;
  out.symbol = symbol_in_title(body);
  return true;
}

void read_facts(std::string_view body, DemuxLine& out) {
  if (out.ranks[0] == 2) {
    if (const auto slash = body.rfind('/'); slash != std::string_view::npos)
      out.pid = to_number<std::int64_t>(body.substr(slash + 1)).value_or(-1);
    if (const auto at = body.find("addr "); at != std::string_view::npos)
      out.address = address_in(body.substr(at + 5));
  } else if (body.starts_with("CPU: ")) {
    if (const auto cpu = read_cpu_line(body)) out.pid = cpu->pid;
  } else if (body.starts_with("The buggy address belongs to stack of task ")) {
    if (const auto slash = body.rfind('/'); slash != std::string_view::npos)
      out.pid = to_number<std::int64_t>(body.substr(slash + 1)).value_or(-1);
  } else if (out.ranks[0] == 20 || (out.ranks[1] >= 2 && out.ranks[1] <= 8 && out.kind == Kind::section &&
                                    !body.starts_with("Slab ") && !body.starts_with("INFO: Slab "))) {
    out.address = address_in(body);
  } else if (body.starts_with("FIX ")) {
    out.cache = hash_of(body.substr(4, body.find(": ") - 4));
  }
}

std::uint64_t key_of(const Frame& frame) {
  if (frame.symbol.empty()) return frame.address;
  auto key = hash_of(frame.symbol);
  for (const auto part : {frame.offset, frame.size, frame.module.empty() ? 0 : hash_of(frame.module)}) {
    key = (key ^ part) * 0x9e37'79b9'7f4a'7c15;
    key ^= key >> 32;
  }
  return key | 1;
}

DemuxFrame describe(const Frame& frame) {
  DemuxFrame out;
  out.key = key_of(frame);
  out.module = !frame.module.empty();
  out.build_id = !frame.build_id.empty();
  const auto symbol = without_compiler_suffix(frame.symbol);
  out.symbol = hash_of(symbol);
  auto function = symbol;
  if (function.ends_with("_noprof")) function.remove_suffix(7);
  out.function = hash_of(function);
  for (const auto& placed : kPlaced)
    if (placed.has(symbol)) out.place |= placed.place;
  if (symbol == "kasan_report_invalid_free") out.place |= DemuxFrame::reports_free;
  if (symbol == "kasan_report" || symbol.starts_with("__asan_report_"))
    out.place |= DemuxFrame::reports_access;
  return out;
}

}  // namespace

bool is_slubs_own(std::string_view body) {
  return body.starts_with("WARNING: ") && body.find(" mm/slub.c:") != std::string_view::npos;
}

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text) | 1;
}

void DemuxFrames::describe(FrameId id) {
  if (id >= known_.size()) known_.resize(table_.size());
  auto& known = known_[id];
  known = parser::describe(table_[id]);
  known.skipped = table_.is_helper(id);
}

DemuxLine read_demux_line(const Line& line, DemuxFrames& frames) {
  DemuxLine out;
  out.level = line.level.value_or(-1);
  const auto body = trim_right(trim_left(line.text));
  if (body.empty()) {
    out.kind = Kind::blank;
    return out;
  }
  if (is_ruler(body, '=')) {
    out.kind = Kind::ruler;
    out.slub_ruler = body.size() >= 72;
    return out;
  }
  if (body.starts_with("------------[ cut here ]")) {
    out.kind = Kind::cut_here;
    out.ranks[1] = 10;
    return out;
  }
  if (body.starts_with("---[ end ")) {
    out.kind = Kind::end;
    out.ranks[1] = out.ranks[2] = 40;
    return out;
  }
  if (is_ruler(body, '-')) {
    out.kind = Kind::section;
    out.ranks[1] = 1;
    return out;
  }
  if (body.front() == '[' && body.find(" overwritten] 0x") != std::string_view::npos) {
    out.kind = Kind::lead;
    out.address = address_in(body);
    return out;
  }
  if (body.front() == '<' && body.back() == '>') {
    out.kind = Kind::mark;
    return out;
  }
  if (is_shadow_row(body) && !is_register_dump(body)) {
    out.kind = Kind::section;
    out.ranks[0] = 51;
    out.row = true;
    out.address = address_in(body);
    return out;
  }
  if (body == "^") {
    out.kind = Kind::section;
    out.ranks[0] = 51;
    out.caret = true;
    return out;
  }
  if (const auto region = body.find("-byte region ["); region != std::string_view::npos) {
    out.kind = Kind::section;
    out.ranks[0] = 23;
    out.address = address_in(body.substr(region + 14));
    return out;
  }
  if (body.starts_with("0x") && body.find("First byte 0x") != std::string_view::npos) {
    out.kind = Kind::section;
    out.ranks[1] = 2;
    out.address = address_in(body.substr(2));
    return out;
  }
  if (body.front() == '[' && body.size() > 4 && is_digit(body[1]) && body.back() == '\'') {
    out.kind = Kind::section;
    out.ranks[0] = 27;
    return out;
  }
  if (const auto* shape = find_section(body)) {
    const int kasan = shape->rank(Order::kasan);
    out.kind = Kind::section;
    for (std::size_t i = 0; i < 3; ++i) out.ranks[i] = shape->ranks[i];
    out.awaits = kasan == 25 || body.starts_with("The buggy address belongs to the variable:");
    if (const auto trace = open_depot_trace(body, line.number)) {
      out.kind = Kind::stored;
      out.role = trace->role;
      out.in_depot = trace->in_depot;
    } else if (kasan == 8) {
      out.kind = Kind::live;
    }
    out.once = is_once(kasan) || out.role == Role::slub_alloc ||
               (out.role == Role::free && out.kind == Kind::stored);
    read_facts(body, out);
    return out;
  }
  const bool margin = body.data() == line.text.data() && body.front() != '[' && body.front() != '(' &&
                      body.find(" (") == std::string_view::npos;
  if (!margin && may_be_frame(body))
    if (const auto frame = frames.table().parse(body)) {
      out.kind = Kind::frame;
      out.frame = frames[frame->id];
      out.reliable = frame->reliable;
      return out;
    }
  if (is_register_dump(body)) {
    out.kind = Kind::registers;
    out.pc = read_program_counter(body).has_value();
    return out;
  }
  if (read_title(body, out)) return out;
  if (const auto trace = open_depot_trace(body, line.number)) {
    out.kind = Kind::stored;
    out.role = trace->role;
    out.in_depot = trace->in_depot;
    out.ranks[2] = 20;
  }
  return out;
}

}  // namespace parser
