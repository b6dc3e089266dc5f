// What changed between two inputs, as text, Markdown and JSON ("depot-analyze/diff/1", diff-1.schema.json;
// keys are only added). At most `top` stacks, 0: all.
#pragma once
#include <cstdint>
#include <ostream>
#include <string>

#include "cli/comparison.h"
#include "cli/render/screen.h"

namespace cli::render {

std::string diff_text(const Comparison& comparison, std::uint64_t top, const Screen& screen);
std::string diff_markdown(const Comparison& comparison, std::uint64_t top);
void diff_json(const Comparison& comparison, std::uint64_t top, std::ostream& out);

}  // namespace cli::render
