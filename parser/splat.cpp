#include "parser/splat.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parser/blame.h"
#include "parser/functions.h"
#include "parser/scan.h"
#include "parser/title.h"

namespace parser {
namespace {

// Lines of a report that carry no field of ours. They keep it open and tell where it ends.
bool is_filler(std::string_view body, Openings openings) {
  return (openings & kSplatFiller) != 0 || is_register_dump(body, openings);
}

// "(&buf->lock){+.+...}, at: [<ffffffff9edb41bb>] tty_buffer_flush+0xbb/0x3a0": who takes or holds a lock.
std::string_view lock_place(std::string_view body) {
  const auto at = body.rfind(", at: ");
  if (at == std::string_view::npos) return {};
  return symbol_of(body.substr(at + 6));
}

constexpr SplatRule kUnrecognised{{"", "", "", ""}, Family::unrecognised, "unrecognised splat in {F}", ""};
// What shows only below the trace.
constexpr SplatRule kAllocationFailure{{"", "", "", ""}, Family::oom, "page allocation failure in {F}", ""};
constexpr SplatRule kOutOfMemory{
    {"", "", "", ""}, Family::oom, "Out of memory: Killed process", "", Blame::nobody};

class SplatBuilder final : public ReportBuilder {
 public:
  SplatBuilder(const Line& line, const FoundSplat& found, std::uint64_t first_line, FrameTable& frames,
               const Events& events);

 private:
  enum class Awaits : std::uint8_t { nothing, lock, place, preemption };

  Answer read(const Line& line, std::string_view body, Openings openings) override;
  Answer read_marker(std::uint64_t number, std::string_view body);
  // Lines that say no more than a function's name.
  bool read_named(std::string_view body);
  bool read_lock(const Line& line, std::string_view body);
  bool read_kfence(const Line& line, std::string_view body);
  bool read_race(const Line& line, std::string_view body);
  bool read_kmsan(std::string_view body);
  // By its first line, and again by each further one of a symbolized log.
  void set_title(const Line& line, const FoundSplat& found);
  void set_source(const FoundSplat& found);
  bool is_same_place(const FoundSplat& other) const;
  // Whether a report's first line is only more of this one: the same fault in other words, the panic at its
  // end.
  bool is_more_of_this(const FoundSplat& other) const;
  void name() override;
  bool is_one_line() const override { return alone_; }
  bool is_told() const override { return rule_->proof.empty() || proven_; }
  std::string damage(Close why) const override;
  int patience() const override {
    // Tables of zones and tasks, of any shape, stand before the line that says who was killed.
    if (rule_->family == Family::oom) return 1000;
    const bool stack = std::any_of(report_.traces.begin(), report_.traces.end(), [](const Trace& trace) {
      return is_live(trace.role) && trace.frames.size() > 1;
    });
    return stack ? 12 : ReportBuilder::patience();
  }

  Access& access() { return report_.access ? *report_.access : report_.access.emplace(); }
  void start_bare(const Line& line);
  void name_hung_task();
  bool is_on_a_stack(std::string_view function) const;
  // More than the registers' program counter.
  bool has_stack() const;

  const SplatRule* rule_;
  std::string title_line_;
  RuleTable::Groups captures_;      // of it
  std::vector<std::string> named_;  // functions that the report names, the likeliest first
  Awaits awaits_ = Awaits::nothing;
  bool alone_;                // its title is all there is
  bool no_stack_ = false;     // the kernel prints none with this one
  bool proven_ = false;       // the rule's proof has come
  bool trace_empty_ = false;  // the kernel panicked below "Call Trace:", whose frames are lost
};

SplatBuilder::SplatBuilder(const Line& line, const FoundSplat& found, std::uint64_t first_line,
                           FrameTable& frames, const Events& events)
    : ReportBuilder(frames, events), rule_(found.rule), alone_(found.alone) {
  report_.line = report_.end_line = line.number;
  report_.first_line = first_line != 0 ? first_line : line.number;
  set_title(line, found);
}

void SplatBuilder::set_title(const Line& line, const FoundSplat& found) {
  rule_ = found.rule;
  report_.family = rule_->family;
  named_.clear();
  title_line_ = found.text;
  for (std::size_t i = 0; i < captures_.size(); ++i) {
    const auto group = trim_right(found.groups[i]);
    captures_[i] =
        group.empty() ? group
                      : std::string_view(title_line_)
                            .substr(static_cast<std::size_t>(group.data() - found.text.data()), group.size());
  }
  if (rule_->named > 0) {
    report_.location = captures_[static_cast<std::size_t>(rule_->named - 1)];
    if (!is_title_inlined(title_line_)) named_.emplace_back(symbol_of(report_.location));
  }
  set_source(found);
  if (rule_->family == Family::hung_task) name_hung_task();
  if (rule_->layout == Layout::bare) start_bare(line);
}

void SplatBuilder::set_source(const FoundSplat& found) {
  if (found.rule->file == 0) return;
  const auto file = static_cast<std::size_t>(found.rule->file - 1);
  report_.source_file = found.groups[file];
  report_.source_line = to_number<std::uint32_t>(found.groups[file + 1]).value_or(0);
}

// Symbolized logs name the functions inlined at the place of a title, each in a title line of its own.
bool SplatBuilder::is_same_place(const FoundSplat& other) const {
  if (!is_title_inlined(title_line_) || !report_.traces.empty()) return false;
  if (other.rule == rule_) return true;
  if (rule_->file == 0 || other.rule->file == 0) return false;
  const auto file = static_cast<std::size_t>(other.rule->file - 1);
  return other.groups[file] == report_.source_file &&
         to_number<std::uint32_t>(other.groups[file + 1]) == report_.source_line;
}

// "INFO: task Web Content:3451 blocked for more than 143 seconds.": by hand, as a name that may hold blanks
// and colons makes a pattern slow.
void SplatBuilder::name_hung_task() {
  auto task = std::string_view(title_line_);
  if (!skip(task, "INFO: task ")) return;
  const auto end = std::min(task.find(" blocked "), task.find(" can't die "));
  if (end == std::string_view::npos) return;
  task = task.substr(0, end);
  const auto colon = task.rfind(':');
  if (colon == std::string_view::npos) return;
  report_.pid = to_number<std::int64_t>(task.substr(colon + 1));
  if (report_.pid) report_.comm = task.substr(0, colon);
}

void SplatBuilder::start_bare(const Line& line) {
  start_trace(Role::call, line);
}

bool SplatBuilder::is_more_of_this(const FoundSplat& other) const {
  const auto* rule = other.rule;
  if (rule->consequence != Consequence::no) return true;
  if (saw_call_trace()) return false;
  // "unreferenced object" under "BUG: memory leak"
  if (rule_->family == Family::kmemleak && rule->family == Family::kmemleak)
    return report_.traces.empty() && !collector_.open();
  if (rule->family == Family::panic) return rule_->family != Family::panic;
  return is_same_fault(rule_->family, other);
}

ReportBuilder::Answer SplatBuilder::read_marker(std::uint64_t number, std::string_view body) {
  if (body.starts_with("---[ end ")) return Answer::last;
  if (is_ruler(body, '=')) {
    const bool closes = rule_->layout == Layout::bare || rule_->family == Family::ubsan;
    return closes ? Answer::last : Answer::foreign;
  }
  if (is_ruler(body, '-')) return Answer::taken;
  if (body.starts_with("------------[ cut here ]"))
    return !rule_->warns.empty() && number == report_.line + 1 ? Answer::taken : Answer::foreign;
  return Answer::unknown;
}

bool SplatBuilder::read_named(std::string_view body) {
  auto rest = body;
  if (!skip(rest, "caller is ") && !skip(rest, "last function: ")) {
    // "preempt=0x00000000 lock=0->1 RCU=0->0 workfn=foo_work" under "BUG: workqueue leaked"
    constexpr std::string_view kWork = " workfn=";
    const auto at = body.find(kWork);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + kWork.size());
  }
  named_.emplace_back(symbol_of(rest));
  return true;
}

bool SplatBuilder::read_lock(const Line& line, std::string_view body) {
  // All that is looked for here ends in such a mark or says "at: ".
  const bool says_where = body.find(", at: ") != std::string_view::npos;
  if (body.back() != ':' && body.back() != '!' && body.back() != '.' && !says_where &&
      !body.starts_with("-> #"))
    return false;
  // "foo/12 is trying to acquire lock:", "... just changed the state of lock:", "... [HC0[0]:SC0[0]:HE1:SE1]
  // takes:"
  for (const std::string_view end :
       {" is trying to acquire lock:", " is trying to lock:", " just changed the state of lock:", "] takes:",
        " is leaving the kernel with locks still held!", ", with a lock still held there!"})
    if (body.ends_with(end)) {
      awaits_ = Awaits::lock;
      no_stack_ = no_stack_ || end.starts_with(" is leaving ");
      return true;
    }
  // "foo/12 is trying to release lock (sk_lock-AF_INET) at:"; the place stands on the next line.
  if (body.find(" is trying to release lock ") != std::string_view::npos && body.ends_with(" at:")) {
    awaits_ = Awaits::place;
    return true;
  }
  if (is_inlined(body)) return true;
  if (const auto place = says_where ? lock_place(body) : std::string_view{}; !place.empty()) {
    const bool held = rule_->rule.holds == " still has locks held";
    if ((awaits_ == Awaits::lock || held) && named_.empty()) named_.emplace_back(place);
    awaits_ = Awaits::nothing;
    return true;
  }
  if (body.starts_with("-> #") || body.ends_with(" state was registered at:") ||
      body.starts_with("... acquired at:") ||
      (body.starts_with("... which became ") && body.ends_with(" at:")) ||
      (body.ends_with(" at:") &&
       (body.find("IRQ-") != std::string_view::npos || body.starts_with("INITIAL ")))) {
    start_trace(Role::lock, line);
    return true;
  }
  return body.find(" lock held by ") != std::string_view::npos ||
         body.find(" locks held by ") != std::string_view::npos;
}

// "Out-of-bounds read at 0x... (1B right of kfence-#17):", "kfence-#17: 0x...-0x..., size=32,
// cache=kmalloc-32"
bool SplatBuilder::read_kfence(const Line& line, std::string_view body) {
  auto rest = body;
  if (skip(rest, "kfence-#")) {
    auto& object = report_.object.emplace();
    if (const auto at = rest.find(": 0x"); at != std::string_view::npos) {
      auto address = rest.substr(at + 4);
      object.address = take_number<std::uint64_t>(address, 16);
    }
    if (const auto at = rest.find("size="); at != std::string_view::npos) {
      auto size = rest.substr(at + 5);
      object.size = take_number<std::uint64_t>(size);
    }
    if (const auto at = rest.find("cache="); at != std::string_view::npos) object.cache = rest.substr(at + 6);
    return true;
  }
  for (const std::string_view words :
       {"Out-of-bounds ", "Use-after-free ", "Corrupted memory at ", "Invalid "}) {
    if (!body.starts_with(words)) continue;
    if (const auto at = body.find(" 0x"); at != std::string_view::npos) {
      auto address = body.substr(at + 3);
      access().address = take_number<std::uint64_t>(address, 16);
    }
    access().kind = body.find("read") != std::string_view::npos      ? Access::Kind::read
                    : body.find("write") != std::string_view::npos   ? Access::Kind::write
                    : body.find("free of") != std::string_view::npos ? Access::Kind::free
                                                                     : Access::Kind::unknown;
    start_bare(line);
    return true;
  }
  return false;
}

// "write to 0xffff... of 4 bytes by task 12 on cpu 1:", "race at unknown origin, with read to 0x... of 8
// bytes by ..."
bool SplatBuilder::read_race(const Line& line, std::string_view body) {
  if (body.find(" bytes by ") != std::string_view::npos && body.find(" on cpu ") != std::string_view::npos) {
    if (!report_.access) {
      access().kind = body.starts_with("assert ")                    ? Access::Kind::unknown
                      : body.find("write") != std::string_view::npos ? Access::Kind::write
                                                                     : Access::Kind::read;
      if (const auto at = body.find("0x"); at != std::string_view::npos) {
        auto rest = body.substr(at + 2);
        access().address = take_number<std::uint64_t>(rest, 16);
        if (skip(rest, " of ")) access().size = take_number<std::uint64_t>(rest);
      }
    }
    start_bare(line);
    return true;
  }
  return body.starts_with("value changed: ") || body.starts_with("Reported by Kernel Concurrency") ||
         body.starts_with("bits changed: ");
}

bool SplatBuilder::read_kmsan(std::string_view body) {
  auto rest = body;
  if (skip(rest, "Memory access of size ")) {
    access().size = take_number<std::uint64_t>(rest);
    if (skip(rest, " starts at ")) access().address = to_number(rest, 16);
    return true;
  }
  return body.starts_with("Bytes ") || body.starts_with("Byte ") ||
         body.starts_with("Data copied to user address ") || body.starts_with("<Zero or more stacks");
}

ReportBuilder::Answer SplatBuilder::read(const Line& line, std::string_view body, Openings openings) {
  if (!rule_->proof.empty() && body.starts_with(rule_->proof)) {
    proven_ = true;
    return Answer::taken;
  }
  if ((awaits_ == Awaits::preemption || awaits_ == Awaits::place) && may_be_frame(body)) {
    if (is_inlined(body)) return Answer::taken;
    if (awaits_ == Awaits::place) named_.emplace_back(symbol_of(body));
    awaits_ = Awaits::nothing;
    return Answer::taken;
  }
  if (body.starts_with("Preemption disabled at:")) {
    awaits_ = Awaits::preemption;
    return Answer::taken;
  }
  if (body.front() == '-' || body.front() == '=')
    if (const auto answer = read_marker(line.number, body); answer != Answer::unknown) return answer;
  const auto bare = without_tags(body);
  if (rule_->family == Family::oom && bare.starts_with("Out of memory: Kill")) {
    rule_ = &kOutOfMemory;
    return Answer::last;
  }
  if (const auto found = find_splat(bare)) {
    if (is_same_place(*found)) {
      set_title(line, *found);
      return Answer::taken;
    }
    if (found->is_warning_of(*rule_) && report_.traces.empty() && !saw_call_trace()) {
      set_source(*found);
      return Answer::taken;
    }
    trace_empty_ = trace_empty_ || (saw_call_trace() && found->rule->family == Family::panic && !has_stack());
    return is_more_of_this(*found) ? Answer::taken : found->alone ? Answer::aside : Answer::foreign;
  }
  const auto bare_openings = bare.size() < body.size() ? openings_of(bare) : openings;
  if (begins_untabled(bare, bare_openings)) return Answer::foreign;
  if ((openings & kNamingOpening) != 0 && read_named(body)) return Answer::taken;
  if (rule_ == &kUnrecognised && body.starts_with("Mem-Info:")) rule_ = &kAllocationFailure;
  if (rule_->family == Family::oom) {
    report_.family = Family::oom;
    return body.starts_with("Mem-Info:") ? Answer::taken : Answer::unknown;
  }
  switch (rule_->family) {
    case Family::kfence:
      if (read_kfence(line, body)) return Answer::taken;
      break;
    case Family::kcsan:
      if (read_race(line, body)) return Answer::taken;
      break;
    case Family::kmsan:
      if (read_kmsan(body)) return Answer::taken;
      break;
    case Family::rcu_stall:
      // "rcu: \t0-...!: (1 GPs behind) idle=...", "(detected by 1, t=10502 jiffies, g=21605, q=494)"
      if (bare.size() < body.size() || body.front() == '(' || is_digit(body.front())) return Answer::taken;
      break;
    default:
      break;
  }
  const bool filler = is_filler(bare, bare_openings);
  // Of these only the rows of held locks ("#0: ") say anything about one.
  if (filler && body.front() != '#') return Answer::taken;
  return read_lock(line, body) || filler ? Answer::taken : Answer::unknown;
}

bool SplatBuilder::is_on_a_stack(std::string_view function) const {
  return std::any_of(report_.traces.begin(), report_.traces.end(), [&](const Trace& trace) {
    return std::any_of(trace.frames.begin(), trace.frames.end(), [&](const FrameRef& ref) {
      return without_compiler_suffix(frames_[ref.frame].symbol) == function;
    });
  });
}

bool SplatBuilder::has_stack() const {
  if (collector_.open() && !collector_.only_pc()) return true;
  return std::any_of(report_.traces.begin(), report_.traces.end(), [](const Trace& trace) {
    return !is_live(trace.role) || trace.frames.size() > 1 || !trace.frames.front().pc;
  });
}

void SplatBuilder::name() {
  // A WARN's line names the function whose stack follows; where that one does not hold it, lines are mixed
  // up.
  if (rule_->file > 0 && !named_.empty() && !is_on_a_stack(named_.front())) named_.clear();
  name_splat(report_, frames_, *rule_, title_line_, captures_, named_);
}

std::string SplatBuilder::damage(Close why) const {
  if (why == Close::too_many_open) return "too many callers print at once: given up";
  if (rule_->consequence == Consequence::always) return "the report that led to this panic is missing";
  if (!rule_->damage.empty()) return std::string(rule_->damage);
  if (rule_->blame == Blame::nobody)
    return captures_.front().empty() && rule_->title.ends_with("{1}") ? "the title is cut" : "";
  if (holds_fault_injection(report_, frames_)) return "a stack of fault injection stands among its own";
  if (why == Close::superseded && rule_->layout == Layout::bare)
    return "another splat begins before the closing ruler";
  if (report_.guilty.empty() && rule_->blame == Blame::page_owner)
    return "no stack of page_owner: who had the page is not known";
  if (report_.guilty.empty())
    return report_.traces.empty() ? "no stack follows: no function to name"
                                  : "no function of its stacks can be named";
  if (trace_empty_) return "the call trace has no frames";
  if (!has_stack() && !no_stack_) return "the call trace is missing";
  return {};
}

// The lines of a panic that an earlier report led to.
class PanicTail final : public ReportBuilder {
 public:
  PanicTail(const Line& line, FrameTable& frames, const Events& events) : ReportBuilder(frames, events) {
    report_.line = report_.first_line = report_.end_line = line.number;
  }

 private:
  Answer read(const Line& /*line*/, std::string_view body, Openings openings) override {
    if (body.starts_with("---[ end ") || body.starts_with("Rebooting in ")) return Answer::last;
    return begins_splat(without_tags(body)) ? Answer::foreign
           : is_filler(body, openings)      ? Answer::taken
                                            : Answer::unknown;
  }
  void name() override {}
  std::string damage(Close /*why*/) const override { return {}; }
  bool is_told() const override { return false; }
};

}  // namespace

std::unique_ptr<ReportBuilder> open_panic_tail(const Line& line, FrameTable& frames,
                                               const ReportBuilder::Events& events) {
  return std::make_unique<PanicTail>(line, frames, events);
}

std::unique_ptr<ReportBuilder> open_unrecognised(const Line& line, std::uint64_t first_line,
                                                 FrameTable& frames, const ReportBuilder::Events& events) {
  return std::make_unique<SplatBuilder>(line, FoundSplat{&kUnrecognised, {}, {}}, first_line, frames, events);
}

std::unique_ptr<ReportBuilder> open_splat(const Line& line, const FoundSplat& found, std::uint64_t first_line,
                                          FrameTable& frames, const ReportBuilder::Events& events) {
  return std::make_unique<SplatBuilder>(line, found, first_line, frames, events);
}

bool is_same_fault(Family family, const FoundSplat& other) {
  const auto fault = [](Family of) {
    return of == Family::oops || of == Family::bug || of == Family::list || of == Family::stack_overflow;
  };
  const bool names_another = other.text.starts_with("BUG: ") || other.text.starts_with("kernel BUG ");
  return fault(family) && fault(other.rule->family) && !names_another;
}

bool begins_untabled(std::string_view body, Openings openings) {
  return (openings & kUntabledOpening) != 0 ||
         (body.starts_with("BUG ") && body.find("): ") != std::string_view::npos);
}

bool begins_splat(std::string_view body) {
  return begins_untabled(body) || find_splat(body).has_value();
}

}  // namespace parser
