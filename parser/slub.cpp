#include "parser/slub.h"

#include <array>

#include "parser/scan.h"
#include "parser/splat.h"
#include "parser/title.h"

namespace parser {
namespace {

// The order is that of kSlubRules.
enum class SlubFact : std::uint8_t {
  title,
  lead,
  overwrite,
  slab,
  object,
  fix,
  own_warning,
  own_warning_new,
  count
};

constexpr std::array<Rule, static_cast<std::size_t>(SlubFact::count)> kSlubRules{{
    {"BUG ", "", R"(BUG (.+?) \((?:Not tainted|Tainted: [^)]*)\) *: (.+))",
     "BUG kmalloc-64 (Not tainted): Right Redzone overwritten"},
    {"[", "",
     R"(\[(.+ overwritten)\] 0x([0-9a-f]+)-0x([0-9a-f]+) @offset=(-?\d+)\. First byte 0x([0-9a-f]+) instead of 0x([0-9a-f]+))",
     "[Right Redzone overwritten] 0xffff888001a5e070-0xffff888001a5e073 @offset=112. First byte 0xab instead "
     "of 0xcc"},
    {"", "First byte 0x",
     R"((?:INFO: )?0x([0-9a-f]+)-0x([0-9a-f]+)(?: @offset=(-?\d+))?\. First byte 0x([0-9a-f]+) instead of 0x([0-9a-f]+))",
     "0xffff888001424070-0xffff888001424073 @offset=112. First byte 0xab instead of 0xcc", "0I"},
    {"", "Slab 0x",
     R"((?:INFO: )?Slab 0x([0-9a-f]+) objects=(\d+) used=(\d+) fp=(?:0x)?([0-9a-f]+|\(null\)) flags=(.*))",
     "Slab 0xffff88801f469780 objects=18 used=1 fp=0xffff888001a5e0e8 "
     "flags=0x200(workingset|section=0|zone=0)",
     "SI"},
    {"", "Object 0x", R"((?:INFO: )?Object 0x([0-9a-f]+) @offset=(-?\d+)(?: fp=.*)?)",
     "Object 0xffff888001a5e008 @offset=8 fp=0xffff888001a5e0e8", "OI"},
    {"FIX ", "", R"(FIX (.+?): (.+))", "FIX lab_rz_right: Object at 0xffff888001a5e008 not freed"},
    {"WARNING: CPU: ", "", R"(WARNING: CPU: \d+ PID: \d+ at mm/slub\.c:\d+ .*)",
     "WARNING: CPU: 0 PID: 196 at mm/slub.c:1127 object_err+0x28b/0x3a0"},
    // v6.19+
    {"WARNING: mm/slub.c:", "", R"(WARNING: mm/slub\.c:\d+ at .+)",
     "WARNING: mm/slub.c:1127 at object_err+0x28b/0x3a0, CPU#0: init/196"},
}};

bool is_slub_filler(std::string_view body, Openings openings) {
  return (openings & kSlubFiller) != 0 || is_register_dump(body, openings);
}

Overwrite read_overwrite(const std::string_view* groups) {
  Overwrite overwrite;
  overwrite.start = to_number(groups[0], 16).value_or(0);
  overwrite.last = to_number(groups[1], 16).value_or(0);
  overwrite.offset = to_number<std::int64_t>(groups[2]).value_or(0);
  overwrite.found = to_number(groups[3], 16).value_or(0);
  overwrite.expected = to_number(groups[4], 16).value_or(0);
  return overwrite;
}

class SlubBuilder final : public ReportBuilder {
 public:
  SlubBuilder(const Line& line, const RuleTable::Groups& groups, const SlubLead& lead, FrameTable& frames,
              const Events& events)
      : ReportBuilder(frames, events) {
    report_.family = Family::slub;
    report_.line = report_.end_line = line.number;
    report_.first_line = lead.first_line != 0 ? lead.first_line : line.number;
    report_.object.emplace().cache = groups[0];
    report_.kind = groups[1];
    if (!lead.what.empty() && groups[1] == "Object corrupt") {
      report_.kind = lead.what;
      report_.overwrite = lead.overwrite;
    }
  }

 private:
  Answer read(const Line& line, std::string_view body, Openings openings) override;
  void name() override { name_slub(report_); }
  std::string damage(Close why) const override;

  std::uint64_t cut_here_ = 0;  // the line of "cut here", until the WARNING after it says whose it is
  bool saw_detail_ = false;
};

ReportBuilder::Answer SlubBuilder::read(const Line& line, std::string_view body, Openings openings) {
  if (is_ruler(body, '=')) return Answer::foreign;
  if (is_ruler(body, '-')) return Answer::taken;
  if (body.starts_with("------------[ cut here ]")) {
    end_trace();
    cut_here_ = line.number;
    return Answer::unknown;
  }

  RuleTable::Groups groups;
  const auto found = slub_rules().match(body, groups);
  if (cut_here_ != 0 && !(found && static_cast<SlubFact>(*found) >= SlubFact::own_warning))
    return Answer::foreign;
  cut_here_ = 0;
  if (!found) {
    if (is_slub_filler(body, openings)) {
      saw_detail_ = true;
      return Answer::taken;
    }
    return begins_splat(without_tags(body)) ? Answer::foreign : Answer::unknown;
  }
  switch (static_cast<SlubFact>(*found)) {
    case SlubFact::title:
    case SlubFact::lead:
      return Answer::foreign;
    case SlubFact::overwrite:
      report_.overwrite = read_overwrite(groups.data());
      break;
    case SlubFact::slab: {
      auto& slab = report_.slab.emplace();
      slab.address = groups[0];
      slab.objects = to_number(groups[1]).value_or(0);
      slab.used = to_number(groups[2]).value_or(0);
      slab.freelist = groups[3];
      slab.flags = groups[4];
      break;
    }
    case SlubFact::object:
      if (!report_.object->address) report_.object->address = to_number(groups[0], 16);
      break;
    case SlubFact::fix:
      if (report_.fixes.size() < Report::kMaxTraces) report_.fixes.emplace_back(groups[1]);
      break;
    case SlubFact::own_warning:
    case SlubFact::own_warning_new:
    case SlubFact::count:
      break;
  }
  saw_detail_ = true;
  return Answer::taken;
}

std::string SlubBuilder::damage(Close why) const {
  if (why == Close::too_many_open) return "too many callers print at once: given up";
  if (!saw_detail_ && report_.traces.empty()) return "nothing follows the title";
  if (!saw_call_trace() && (why == Close::end_of_input || why == Close::superseded))
    return why == Close::end_of_input ? "the input ends before the call trace"
                                      : "another splat begins before the call trace";
  return {};
}

}  // namespace

const RuleTable& slub_rules() {
  static const RuleTable table(kSlubRules);
  return table;
}

void read_slub_lead(const Line& line, std::string_view body, SlubLead& lead) {
  if (body.empty()) return;
  if (body.front() == '[' && body.find(" overwritten] 0x") != std::string_view::npos) {
    RuleTable::Groups groups;
    const auto found = slub_rules().match(trim_right(body), groups);
    if (found && static_cast<SlubFact>(*found) == SlubFact::lead) {
      lead = {line.number, read_overwrite(&groups[1]), std::string(groups[0])};
      return;
    }
  }
  if (body.front() == '=' && is_ruler(trim_right(body), '=')) {
    if (lead.first_line == 0 || lead.what.empty()) lead = {line.number, std::nullopt, {}};
    return;
  }
  if (lead.first_line != 0) lead = {};
}

std::unique_ptr<ReportBuilder> open_slub(const Line& line, std::string_view body, const SlubLead& lead,
                                         FrameTable& frames, const ReportBuilder::Events& events) {
  if (!body.starts_with("BUG ")) return nullptr;
  RuleTable::Groups groups;
  const auto found = slub_rules().match(trim_right(body), groups);
  if (!found || static_cast<SlubFact>(*found) != SlubFact::title) return nullptr;
  // Until v4.5 part of a KASAN report, here one whose own title was lost.
  if (groups[1].starts_with("kasan: ")) return nullptr;
  return std::make_unique<SlubBuilder>(line, groups, lead, frames, events);
}

}  // namespace parser
