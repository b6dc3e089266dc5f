// What several of triage's formats say of a group, as plain text: each format escapes it in its own way.
#pragma once
#include <string>

#include "cli/triage_result.h"

namespace cli::render {

// The example's own lines that tell the story: without registers, hex dumps, code bytes, module lists and
// doubtful frames; no more than `lines`, and how many are left out.
std::string excerpt(const parser::Report& report, std::size_t lines);

// "12 reports in 3 logs, first logs/a.log:17, last logs/c.log:230", with the kernels.
std::string where_seen(const TriageGroup& group);

// "memory corruption: memory that belongs to others was written or freed"
std::string severity_text(const TriageGroup& group);

// Why a group is no failure: "known: known.txt:4 https://...", "expected: LKDTM PANIC". Empty for a new one.
std::string status_text(const TriageGroup& group);

// The telling trace with places in the source, a line for each function, inlined ones included. Where none
// has a place, why; empty if nobody asked for them.
std::string places_text(const TriageResult& result, const TriageGroup& group);

}  // namespace cli::render
