// KASAN reports, v4.x to v6.x, generic and tag-based (log-formats: "BUG: KASAN: %s in %pS").
#pragma once
#include <memory>
#include <string_view>

#include "parser/report_builder.h"
#include "parser/rules.h"

namespace parser {

// A builder if `body` is the title line of a KASAN report; `first_line` is that of the ruler above it, if
// any.
std::unique_ptr<ReportBuilder> open_kasan(const Line& line, std::string_view body, std::uint64_t first_line,
                                          FrameTable& frames, const ReportBuilder::Events& events);

const RuleTable& kasan_rules();

// "double-free or invalid-free", "invalid-free": the kind is about the free itself.
bool is_free_kind(std::string_view kind);

// ">ffff888104a3c000: fa fb fb fb ...": a row of shadow bytes; ("raw" rows have their label)
bool is_shadow_row(std::string_view body);

}  // namespace parser
