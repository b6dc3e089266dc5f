// Facts of an analysis in a few words, the same in every format. Not escaped.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/analysis.h"

namespace cli::render {

// "1 report", "1,067 lines"
std::string plural(std::uint64_t count, std::string_view one, std::string_view many);
// "KASAN"
std::string family_label(parser::Family family);
// "37 reports: 27 KASAN, 10 SLUB (1 damaged)"
std::string report_counts(const Analysis& analysis);
// "3 more reports were left out by the filter." and what stayed for want of a time; empty without a filter.
std::string filter_note(bool filtered, std::uint64_t left_out, std::uint64_t untimed);
// "kernel 6.12.117-lab x86_64"
std::string kernel_text(const BootFacts& boot);

// What a report says beside its title and stacks: ("access", "write of 1 byte at 0xffff..."), in order.
std::vector<std::pair<std::string_view, std::string>> report_fields(const parser::Report& report);
// "0 bytes right of an allocated 57-byte region in kmalloc-64", "1 byte at slab offset 112: 0xab instead of
// 0xcc": the fact that tells two reports of a kind apart. Empty if there is none.
std::string report_detail(const parser::Report& report);

// What the records take, tails of pools left out. Bytes.
std::uint64_t record_bytes(const depot::Accounting& accounting);
// Of what was carved for records, what holds neither header nor frame. Free slots wait for reuse and do not
// count.
double waste_share(const depot::Accounting& accounting);
// What keeps these figures from being the kernel's total, in sentences; may be empty.
std::string depot_note(const Analysis& analysis);
// Of each input only the last counters, and those that one config's kernel would have printed for them.
std::vector<const KernelStats*> last_stats(const Analysis& analysis);
std::vector<std::string> stats_remarks(const Analysis& analysis, const KernelStats& found);

}  // namespace cli::render
