#include "parser/kasan.h"

#include <algorithm>
#include <array>

#include "parser/scan.h"
#include "parser/splat.h"
#include "parser/splat_rule.h"
#include "parser/title.h"

namespace parser {
namespace {

// The order is that of kKasanRules.
enum class KasanFact : std::uint8_t {
  title,
  title_double_free,
  access,
  access_no_size,
  tags,
  pid,
  object,
  object_old,
  object_slub,
  cache_slub,
  cache,
  cache_of_words,
  located,
  located_extent,
  variable,
  variable_old,
  stack_of_task,
  stack_offset,
  stack_in_one,
  stack_objects,
  stack_object,
  mapping,
  mapping_rest,
  mapping_extent,
  page,
  count,
};

// v4.9 .. v4.11, in place of the title that all others have
constexpr std::string_view kOldDoubleFree = "Double free or freeing an invalid pointer";

constexpr std::array<Rule, static_cast<std::size_t>(KasanFact::count)> kKasanRules{{
    // Of any form; split_title() takes it apart.
    {"BUG: KASAN: ", "", R"(BUG: KASAN: (.+))",
     "BUG: KASAN: slab-use-after-free in foo_read+0x4c/0x90 [foo]"},
    // v4.9 .. v4.11
    {"BUG: Double free or ", "", R"(BUG: (Double free or freeing an invalid pointer))",
     "BUG: Double free or freeing an invalid pointer"},
    // %p of v4.12 .. v4.14 prints a null pointer as blanks and "(null)"
    {"", " by task ", R"((Read|Write) of size (\d+) (?:at addr +([0-9a-f]+|\([^)]*\)) )?by task (.+))",
     "Read of size 8 at addr ffff888104a3c018 by task cat/412", "RW"},
    {"", " by task ", R"((Read|Write|Free) (?:of |at )?addr +([0-9a-f]+|\([^)]*\)) by task (.+))",
     "Free of addr ffff888001407288 by task init/178", "RWF"},
    {"Pointer tag: ", "", R"(Pointer tag: \[([0-9a-f]{2})\], memory tag: \[([0-9a-f]{2}).*)",
     "Pointer tag: [b5], memory tag: [fe]"},
    {"PID = ", "", R"(PID = (\d+))", "PID = 18786"},
    {"The buggy address belongs to the object at ", "",
     R"(The buggy address belongs to the object at ([0-9a-f]+))",
     "The buggy address belongs to the object at ffff888104a3c000"},
    {"Object at ", "", R"(Object at ([0-9a-f]+), in cache (.+) size: (\d+))",
     "Object at ffff8801a751e680, in cache fasync_cache size: 96"},
    // Until v4.5 the report held SLUB's own dump of the object.
    {"INFO: Object ", "", R"(INFO: Object 0x([0-9a-f]+) @offset=.*)",
     "INFO: Object 0xffff8800b7eb5770 @offset=6000 fp=0xdead4ead00000000"},
    {"BUG ", "", R"(BUG (.+?) \(.*\) *: kasan: bad access detected)",
     "BUG fasync_cache (Tainted: G    B          ): kasan: bad access detected"},
    {"which belongs to the cache ", "", R"(which belongs to the cache ([^ ]+) of size (\d+))",
     "which belongs to the cache kmalloc-64 of size 64"},
    // Apart, as a name that may hold blanks makes the pattern slow.
    {"which belongs to the cache ", "", R"(which belongs to the cache (.+) of size (\d+))",
     "which belongs to the cache foo request cache of size 64"},
    {"The buggy address is located ", "",
     R"(The buggy address is located (?:(\d+) bytes )?(?:to the )?(left|right|inside) of.*)",
     "The buggy address is located 0 bytes to the right of"},
    {"", "-byte region [", R"((?:(allocated|freed) )?(\d+)-byte region \[([0-9a-f]+), ([0-9a-f]+)\))",
     "freed 64-byte region [ffff888104a3c000, ffff888104a3c040)", "0123456789af"},
    {"The buggy address belongs to the variable:", "", R"(The buggy address belongs to the variable:)",
     "The buggy address belongs to the variable:"},
    // v4.x
    {"Address belongs to variable ", "", R"(Address belongs to variable (.+))",
     "Address belongs to variable nstr.37854+0x18/0x40"},
    {"The buggy address belongs to stack of task ", "",
     R"(The buggy address belongs to stack of task (.+)/(\d+))",
     "The buggy address belongs to stack of task init/226"},
    {"and is located at offset ", "", R"(and is located at offset (\d+) in frame:)",
     "and is located at offset 46 in frame:"},
    // v5.0 .. v5.17
    {"addr ", "", R"(addr [0-9a-f]+ is located in stack of task (.+)/(\d+) at offset \d+ in frame:)",
     "addr ffffc90000a1fd40 is located in stack of task init/301 at offset 64 in frame:"},
    {"", "his frame has ", R"([Tt]his frame has \d+ objects?:)", "This frame has 1 object:", "Tt"},
    {"[", "", R"(\[(\d+, \d+)\) '(.*)')", "[32, 45) 'buf'"},
    {"The buggy address ", " belongs to a",
     R"(The buggy address (?:[0-9a-f]+ )?belongs to a(?: (\d+-page vmalloc region .*|vmalloc virtual mapping))?)",
     "The buggy address belongs to a vmalloc virtual mapping"},
    // The rest of that line, where another CPU's line came between (pr_cont).
    {"", "vmalloc ", R"((\d+-page vmalloc region starting at .*|vmalloc virtual mapping))",
     "4-page vmalloc region starting at 0xffffc9000002d000 allocated at foo_setup+0x31/0x80", "0123456789v"},
    // v5.18 .. v6.15, under "belongs to the virtual mapping at"
    {"[", "", R"((\[[0-9a-f]+, [0-9a-f]+\) created by:))",
     "[ffffc900012d8000, ffffc900012e1000) created by:"},
    {"The buggy address belongs to the ", "", R"(The buggy address belongs to the .*)",
     "The buggy address belongs to the physical page:"},
}};

// Lines that a KASAN report may hold and that carry no field of ours.
bool is_kasan_filler(std::string_view body, Openings openings) {
  return (openings & kKasanFiller) != 0 || body.front() == '^' || is_register_dump(body, openings);
}

// Raw stack words that x86 printed under "Call Trace:" until v4.9
bool is_stack_words(std::string_view body) {
  return body.size() >= 16 && is_hex(body.front()) &&
         body.find_first_not_of("0123456789abcdef ") == std::string_view::npos;
}

struct Title {
  std::string_view kind, location, address;
};

// "slab-out-of-bounds in f+0x1/0x2 [mod] at addr ffff..."; v4.x has "null-ptr-deref on address (null)", and
// HW_TAGS's asynchronous faults know no place: "invalid-access".
Title split_title(std::string_view text) {
  Title title;
  title.kind = text.substr(0, std::min(text.find(" in "), text.find(" on address")));
  auto rest = text.substr(title.kind.size());
  if (!skip(rest, " in ")) return title;
  const auto addr = rest.rfind(" at addr ");
  title.location = rest.substr(0, addr);
  if (addr != std::string_view::npos) title.address = rest.substr(addr + 9);
  return title;
}

class KasanBuilder final : public ReportBuilder {
 public:
  KasanBuilder(const Line& line, std::string_view title, std::uint64_t first_line, FrameTable& frames,
               const Events& events)
      : ReportBuilder(frames, events) {
    report_.family = Family::kasan;
    report_.line = report_.end_line = line.number;
    report_.first_line = first_line != 0 ? first_line : line.number;
    set_title(title);
  }

 private:
  enum class Awaits : std::uint8_t { nothing, variable, stack_frame, mapping_creator };

  // By its first line, and again by each further one of a symbolized log.
  void set_title(std::string_view text) {
    const auto title = split_title(text);
    // The later kernels' word for it.
    report_.kind = title.kind.starts_with("Double free") ? "double-free or invalid-free" : title.kind;
    report_.location = title.location;
    freeing_ = is_free_kind(report_.kind);
    if (freeing_) access().kind = Access::Kind::free;
    if (const auto address = to_number(title.address, 16)) access().address = address;
    // Only tag-based KASAN speaks of tags, and only it has this word, alone in an asynchronous report; v6.x
    // generic reports are told by what they lack.
    report_.kasan = report_.kind == "invalid-access" ? KasanMode::tags : KasanMode::generic;
  }
  Answer read(const Line& line, std::string_view body, Openings openings) override;
  Answer read_fact(std::string_view body);
  Answer apply(KasanFact fact, const RuleTable::Groups& groups);
  void name() override { name_kasan(report_, frames_, access_in_title_); }
  std::string damage(Close why) const override;
  int shadow_rows() const override { return rows_; }

  Access& access() { return report_.access ? *report_.access : report_.access.emplace(); }
  Object& object() { return report_.object ? *report_.object : report_.object.emplace(); }
  Region& region() { return report_.region ? *report_.region : report_.region.emplace(); }

  Awaits awaits_ = Awaits::nothing;
  bool saw_access_ = false;
  bool access_in_title_ = true;
  bool asynchronous_ = false;
  bool freeing_ = false;
  int rows_ = 0;  // of shadow bytes, from the caret on
};

ReportBuilder::Answer KasanBuilder::read(const Line& /*line*/, std::string_view body, Openings openings) {
  if (awaits_ != Awaits::nothing && may_be_frame(body)) {
    if (awaits_ == Awaits::variable) report_.variable = body;
    if (awaits_ == Awaits::stack_frame) report_.stack_frame = body;
    if (awaits_ == Awaits::mapping_creator) report_.mapping.append(" ").append(body);
    awaits_ = Awaits::nothing;
    return Answer::taken;
  }
  awaits_ = Awaits::nothing;

  if (is_shadow_row(body) || body == "^") {
    rows_ += rows_ > 0 || body == "^" ? 1 : 0;
    return Answer::taken;
  }
  // KASAN's own ruler has 66 marks. SLUB's has 77: in v4.x its object dump stood inside a KASAN report.
  if (is_ruler(body, '=')) return body.size() < 72 ? Answer::last : Answer::unknown;
  if (body.starts_with("Asynchronous fault")) asynchronous_ = true;
  if (is_kasan_filler(body, openings) || is_stack_words(body) || is_ruler(body, '-')) return Answer::taken;
  return read_fact(body);
}

ReportBuilder::Answer KasanBuilder::read_fact(std::string_view body) {
  RuleTable::Groups groups;
  if (const auto found = kasan_rules().match(body, groups)) {
    const auto fact = static_cast<KasanFact>(*found);
    // Symbolized logs name the functions inlined at the place, each in a title line of its own.
    if (fact == KasanFact::title && is_title_inlined(report_.location) && !saw_access_ &&
        report_.traces.empty() && split_title(groups[0]).kind == report_.kind) {
      set_title(groups[0]);
      return Answer::taken;
    }
    if (fact == KasanFact::title || fact == KasanFact::title_double_free) return Answer::foreign;
    return apply(fact, groups);
  }
  if (body.starts_with("The buggy address")) return Answer::taken;
  const auto bare = without_tags(body);
  if (const auto splat = find_splat(bare)) return splat->alone ? Answer::aside : Answer::foreign;
  if (begins_untabled(bare) || body.starts_with("BUG ")) return Answer::foreign;
  // v4.x printed SLUB's view of the object inside the report.
  for (const auto label : {"INFO: Slab ", "Object ", "Redzone ", "Padding ", "Bytes b4 "})
    if (body.starts_with(label)) return Answer::taken;
  return Answer::unknown;
}

ReportBuilder::Answer KasanBuilder::apply(KasanFact fact, const RuleTable::Groups& groups) {
  switch (fact) {
    case KasanFact::access:
    case KasanFact::access_no_size: {
      saw_access_ = true;
      // By convention a title says nothing that stands behind the beginning of another bug. Two of KASAN's
      // are told apart by the tasks they name.
      access_in_title_ = !other_began();
      const bool sized = fact == KasanFact::access;
      auto& access = this->access();
      access.kind = groups[0] == "Read"    ? Access::Kind::read
                    : groups[0] == "Write" ? Access::Kind::write
                                           : Access::Kind::free;
      if (sized) access.size = to_number(groups[1]);
      if (const auto address = to_number(groups[sized ? 2 : 1], 16)) access.address = address;
      // "name/pid"; a name may hold a slash itself
      const auto task = groups[sized ? 3 : 2];
      const auto slash = std::min(task.rfind('/'), task.size());
      access.task = task.substr(0, slash);
      access.pid = to_number<std::int64_t>(task.substr(std::min(slash + 1, task.size())));
      break;
    }
    case KasanFact::tags:
      report_.kasan = KasanMode::tags;
      access().pointer_tag = groups[0];
      access().memory_tag = groups[1];
      break;
    case KasanFact::pid:
      if (auto* trace = collector_.current()) trace->pid = to_number<std::int64_t>(groups[0]);
      break;
    case KasanFact::object:
      object().address = to_number(groups[0], 16);
      break;
    case KasanFact::object_old:
      object().address = to_number(groups[0], 16);
      object().cache = groups[1];
      object().size = to_number(groups[2]);
      break;
    case KasanFact::object_slub:
      object().address = to_number(groups[0], 16);
      break;
    case KasanFact::cache_slub:
      object().cache = groups[0];
      break;
    case KasanFact::cache:
    case KasanFact::cache_of_words:
      object().cache = groups[0];
      object().size = to_number(groups[1]);
      break;
    case KasanFact::located:
      region().distance = to_number(groups[0]).value_or(0);
      region().position = groups[1];
      break;
    case KasanFact::located_extent: {
      const auto size = to_number(groups[1]);
      const auto start = to_number(groups[2], 16);
      const auto end = to_number(groups[3], 16);
      if (!size || !start || !end) break;
      region().state = groups[0];
      region().size = *size;
      region().start = *start;
      region().end = *end;
      break;
    }
    case KasanFact::variable:
      awaits_ = Awaits::variable;
      break;
    case KasanFact::variable_old:
      report_.variable = groups[0];
      break;
    case KasanFact::stack_offset:
    case KasanFact::stack_in_one:
      awaits_ = Awaits::stack_frame;
      break;
    case KasanFact::stack_object:
      if (report_.stack_objects.size() < Report::kMaxTraces)
        report_.stack_objects.emplace_back(groups[0], groups[1]);
      break;
    case KasanFact::mapping:
    case KasanFact::mapping_rest:
      if (!groups[0].empty()) report_.mapping = groups[0];
      break;
    case KasanFact::mapping_extent:
      report_.mapping = groups[0];
      awaits_ = Awaits::mapping_creator;
      break;
    case KasanFact::title:
    case KasanFact::title_double_free:
    case KasanFact::stack_of_task:
    case KasanFact::stack_objects:
    case KasanFact::page:
    case KasanFact::count:
      break;
  }
  return Answer::taken;
}

std::string KasanBuilder::damage(Close why) const {
  if (why == Close::too_many_open) return "too many callers print at once: given up";
  // Until v5.19 a double free came without a line about the access.
  if (!saw_access_ && !asynchronous_ && !freeing_) return "the line that says read, write or free is missing";
  bool call = false;
  for (const auto& trace : report_.traces) call = call || trace.role == Role::call;
  if (!call) return saw_call_trace() ? "the call trace has no frames" : "the call trace is missing";
  switch (why) {
    case Close::complete:
      return {};
    case Close::superseded:
      return "another splat begins before the closing ruler";
    case Close::faded:
      return "the closing ruler does not come";
    case Close::end_of_input:
      return "the input ends before the closing ruler";
    case Close::too_many_open:
      break;
  }
  return {};
}

}  // namespace

const RuleTable& kasan_rules() {
  static const RuleTable table(kKasanRules);
  return table;
}

bool is_free_kind(std::string_view kind) {
  return kind.ends_with("-free") && kind.find("use-after") == std::string_view::npos;
}

bool is_shadow_row(std::string_view body) {
  skip(body, ">");
  std::size_t digits = 0;
  while (digits < body.size() && is_hex(body[digits])) ++digits;
  return digits >= 8 && digits <= 16 && body.substr(digits).starts_with(": ");
}

std::unique_ptr<ReportBuilder> open_kasan(const Line& line, std::string_view body, std::uint64_t first_line,
                                          FrameTable& frames, const ReportBuilder::Events& events) {
  // By hand, what the rules would say: each report has such a line.
  auto title = trim_right(body);
  if (!skip(title, "BUG: ")) return nullptr;
  if (title != kOldDoubleFree && (!skip(title, "KASAN: ") || title.empty())) return nullptr;
  return std::make_unique<KasanBuilder>(line, title, first_line, frames, events);
}

}  // namespace parser
