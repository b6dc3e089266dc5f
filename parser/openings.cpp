#include "parser/openings.h"

#include <array>

#include "parser/starts.h"

namespace parser {
namespace {

struct Row {
  std::string_view word;  // at least two characters
  Openings openings;
};

constexpr Openings kFiller = kKasanFiller | kSlubFiller | kSplatFiller;

constexpr std::array kRows{
    Row{"Allocated", kDepotOpening},
    Row{"Freed", kDepotOpening},
    Row{"Free path:", kDepotOpening},
    Row{"Last ", kDepotOpening},
    Row{"Local variable ", kDepotOpening},
    Row{"Second to", kDepotOpening},
    Row{"INFO: Allocated in ", kDepotOpening},
    Row{"INFO: Freed in ", kDepotOpening},
    Row{"page last ", kDepotOpening},
    Row{"page allocated via ", kDepotOpening},
    Row{"Uninit was ", kDepotOpening},
    Row{"backtrace", kDepotOpening},
    Row{"allocated by task ", kDepotOpening},
    Row{"freed by task ", kDepotOpening},
    Row{"slab", kDepotOpening},
    Row{"Register ", kDepotOpening},
    Row{"__call_rcu", kDepotOpening},
    Row{"rcu freeing by ", kDepotOpening},
    Row{"ref_tracker: ", kDepotOpening},
    Row{"[drm:", kDepotOpening},

    Row{"ERA: ", kLiveOpening},
    Row{"IP:", kLiveOpening},
    Row{"PC is at ", kLiveOpening},
    Row{"pc : ", kLiveOpening},
    Row{"epc", kLiveOpening},
    Row{"era", kLiveOpening},
    Row{"NIP [", kLiveOpening},
    Row{"Krnl PSW : ", kLiveOpening},
    Row{"Backtrace:", kLiveOpening},
    Row{"NMI backtrace ", kLiveOpening},
    Row{"task:", kLiveOpening},
    Row{"Call Trace:", kLiveOpening | kUntitledOpening},
    Row{"Call trace:", kLiveOpening | kUntitledOpening},
    Row{"RIP:", kLiveOpening | kRegisterOpening},
    Row{"EIP:", kLiveOpening | kRegisterOpening},

    Row{"RSP:", kRegisterOpening},
    Row{"RAX:", kRegisterOpening},
    Row{"RDX:", kRegisterOpening},
    Row{"RBP:", kRegisterOpening},
    Row{"R10:", kRegisterOpening},
    Row{"R13:", kRegisterOpening},
    Row{"FS:", kRegisterOpening},
    Row{"CS:", kRegisterOpening},
    Row{"CR2:", kRegisterOpening},
    Row{"DR0:", kRegisterOpening},
    Row{"DR3:", kRegisterOpening},
    Row{"PKRU:", kRegisterOpening},
    Row{"pstate:", kRegisterOpening},
    Row{"pc :", kRegisterOpening},
    Row{"lr :", kRegisterOpening},
    Row{"sp :", kRegisterOpening},
    Row{"x0", kRegisterOpening},
    Row{"x1", kRegisterOpening},
    Row{"x2", kRegisterOpening},
    Row{"x3", kRegisterOpening},
    Row{"x4", kRegisterOpening},
    Row{"x5", kRegisterOpening},
    Row{"x6", kRegisterOpening},
    Row{"x7", kRegisterOpening},
    Row{"x8", kRegisterOpening},
    Row{"x9", kRegisterOpening},
    Row{"EAX:", kRegisterOpening},
    Row{"ESI:", kRegisterOpening},
    Row{"DS:", kRegisterOpening},
    Row{"ORIG_RAX", kRegisterOpening},
    // arm: "Exception stack(0x91883f00 to 0x91883f48)"
    Row{"Exception stack(", kRegisterOpening},

    Row{"BUG: KASAN: ", kUntabledOpening},
    Row{"BUG: Double free or ", kUntabledOpening},
    Row{"Linux version ", kUntabledOpening},
    Row{"------------[ cut here ]", kUntabledOpening | kUntitledOpening},

    Row{"8<--- cut here ---", kUntitledOpening},
    Row{"NMI backtrace for cpu ", kUntitledOpening},
    Row{"FAULT_INJECTION: ", kUntitledOpening},
    Row{"FAULT_FLAG_ALLOW_RETRY missing ", kUntitledOpening},
    Row{"Sending NMI ", kUntitledOpening},

    Row{"caller is ", kNamingOpening},
    Row{"last function: ", kNamingOpening},
    Row{"preempt=", kNamingOpening},

    Row{"Call Trace", kFiller},
    Row{"Hardware name:", kFiller},
    Row{"Workqueue:", kFiller},
    Row{"Tainted:", kFiller},
    Row{"CPU: ", kFiller | kUntitledOpening},
    Row{"CPU:", kKasanFiller | kSlubFiller},
    Row{"Code:", kKasanFiller | kSplatFiller | kRegisterOpening},
    Row{"Disabling lock debugging", kKasanFiller | kSlubFiller},
    Row{"(stack is not available)", kKasanFiller | kSlubFiller},
    Row{"Last Breaking-Event-Address:", kKasanFiller | kSlubFiller},
    Row{"page:", kKasanFiller | kSplatFiller},
    Row{"page dumped because", kKasanFiller | kSplatFiller},
    Row{"flags:", kKasanFiller | kSplatFiller},
    Row{"raw:", kKasanFiller | kSplatFiller},
    Row{"Modules linked in:", kSlubFiller | kSplatFiller},

    Row{"page_type:", kKasanFiller},
    Row{"page_owner ", kKasanFiller},
    Row{"page has been migrated", kKasanFiller},
    Row{"head:", kKasanFiller},
    Row{"memcg:", kKasanFiller},
    Row{"anon flags:", kKasanFiller},
    Row{"ksm flags:", kKasanFiller},
    Row{"Memory state around", kKasanFiller},
    Row{"Asynchronous fault", kKasanFiller},
    Row{"Dumped by", kKasanFiller},

    Row{"Redzone ", kSlubFiller},
    Row{"Bytes b4 ", kSlubFiller},
    Row{"Object ", kSlubFiller},
    Row{"Padding ", kSlubFiller},
    Row{"---[ end trace ", kSlubFiller},
    Row{"object allocation", kSlubFiller},
    Row{"object free stack trace missing", kSlubFiller},

    Row{"Stack:", kSplatFiller},
    Row{"Oops: ", kSplatFiller},
    Row{"#PF:", kSplatFiller},
    Row{"PGD ", kSplatFiller},
    Row{"PUD ", kSplatFiller},
    Row{"P4D ", kSplatFiller},
    Row{"KASAN: ", kSplatFiller},
    Row{"kasan: ", kSplatFiller},
    Row{"Dumping ftrace buffer:", kSplatFiller},
    Row{"(ftrace buffer empty)", kSplatFiller},
    Row{"Kernel Offset:", kSplatFiller},
    Row{"Rebooting in ", kSplatFiller},
    Row{"irq event stamp:", kSplatFiller},
    Row{"hardirqs last ", kSplatFiller},
    Row{"softirqs last ", kSplatFiller},
    Row{"Showing all locks held", kSplatFiller},
    Row{"#0: ", kSplatFiller},
    Row{"#1: ", kSplatFiller},
    Row{"#2: ", kSplatFiller},
    Row{"#3: ", kSplatFiller},
    Row{"other info that might help", kSplatFiller},
    Row{"stack backtrace:", kSplatFiller},
    Row{"Possible unsafe locking", kSplatFiller},
    Row{"CPU0 ", kSplatFiller},
    Row{"---- ", kSplatFiller},
    Row{"lock(", kSplatFiller},
    Row{"<Interrupt>", kSplatFiller},
    Row{"*** DEADLOCK ***", kSplatFiller},
    Row{"rcu_scheduler_active", kSplatFiller},
    Row{"in_atomic():", kSplatFiller},
    Row{"Preemption disabled at", kSplatFiller},
    Row{"preempt_count:", kSplatFiller},
    Row{"RCU nest depth:", kSplatFiller},
    Row{"INFO: lockdep is turned off", kSplatFiller},
    Row{"the existing dependency", kSplatFiller},
    Row{"but task is already", kSplatFiller},
    Row{"which lock already", kSplatFiller},
    Row{"May be due to missing", kSplatFiller},
    Row{"Mem abort info:", kSplatFiller},
    Row{"ESR = ", kSplatFiller},
    Row{"EC = ", kSplatFiller},
    Row{"SET = ", kSplatFiller},
    Row{"FSC = ", kSplatFiller},
    Row{"ISV = ", kSplatFiller},
    Row{"CM = ", kSplatFiller},
    Row{"Data abort info:", kSplatFiller},
    Row{"swapper pgtable", kSplatFiller},
    Row{"user pgtable", kSplatFiller},
    Row{"Process ", kSplatFiller},
    Row{"Flags: ", kSplatFiller},
    Row{"Control: ", kSplatFiller},
    Row{"Register r", kSplatFiller},
    Row{"Exception stack", kSplatFiller},
    Row{"Sending NMI from CPU", kSplatFiller},
    Row{"Kernel panic - not syncing: ", kSplatFiller},
    Row{"task: ", kSplatFiller},
};

// Found by their first two characters, which few share.
class Table {
 public:
  constexpr Table() {
    static_assert(kRows.size() < 256);
    for (const auto& row : kRows) ++begin_[place_of<kPlaces>(row.word) + 1];
    for (std::size_t i = 1; i < begin_.size(); ++i)
      begin_[i] = static_cast<std::uint8_t>(begin_[i] + begin_[i - 1]);
    auto end = begin_;
    for (const auto& row : kRows) {
      const auto place = place_of<kPlaces>(row.word);
      insert(row, begin_[place], end[place]++);
    }
  }

  Openings find(std::string_view body) const {
    return body.size() < sizeof(std::uint64_t) ? find_short(body) : find(body, Start::head_of(body));
  }

 private:
  static constexpr std::size_t kPlaces = 1024;

  struct Entry {
    [[no_unique_address]] Start start;
    std::uint16_t openings = 0;
  };

  // Among the rows of its place, before the word that it goes on from: the first one that a line begins with
  // says all that the line begins with.
  constexpr void insert(const Row& row, std::size_t begin, std::size_t end) {
    auto at = end;
    Entry entry{Start(row.word), static_cast<std::uint16_t>(row.openings)};
    for (auto i = end; i-- > begin;) {
      auto& other = entries_[i];
      if (other.start.text().starts_with(row.word))
        other.openings = static_cast<std::uint16_t>(other.openings | entry.openings);
      if (!row.word.starts_with(other.start.text())) continue;
      entry.openings = static_cast<std::uint16_t>(entry.openings | other.openings);
      at = i;
    }
    for (auto i = end; i > at; --i) entries_[i] = entries_[i - 1];
    entries_[at] = entry;
  }

  [[gnu::noinline]] Openings find_short(std::string_view body) const {
    return body.size() < 2 ? 0 : find(body, Start::head_of(body));
  }
  Openings find(std::string_view body, std::uint64_t head) const {
    const auto place = place_of<kPlaces>(body);
    const std::size_t end = begin_[place + 1];
    for (std::size_t i = begin_[place]; i < end; ++i)
      if (entries_[i].start.begins(body, head)) return entries_[i].openings;
    return 0;
  }

  std::array<Entry, kRows.size()> entries_{};
  std::array<std::uint8_t, kPlaces + 1> begin_{};  // of the rows there
};

}  // namespace

Openings openings_of(std::string_view body) {
  static constexpr Table table;
  return table.find(body);
}

}  // namespace parser
