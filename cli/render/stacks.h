// Unique stacks as text for people, as JSON ("depot-analyze/stacks/1", stacks-1.schema.json; keys are only
// added), and folded for flame graphs.
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

#include "cli/analysis.h"
#include "cli/render/screen.h"
#include "cli/stack_collection.h"

namespace cli::render {

struct StackRow {
  depot::StackId id = 0;
  std::uint64_t depth = 0;              // frames
  std::uint64_t bytes = 0;              // of its record
  std::optional<std::uint32_t> handle;  // of its record, where the input says in which order all were saved
};

struct StackRows {
  std::vector<StackRow> rows;                       // to be shown, in their order
  depot::Config config;                             // that bytes are counted under
  std::uint64_t saves = 0, unique = 0;              // that pass the filter
  std::uint64_t total_saves = 0, total_unique = 0;  // of the input
};

void stacks_text(const StackCollection& collection, const StackRows& rows, const Screen& screen,
                 std::ostream& out);
void stacks_json(const Analysis& analysis, const StackCollection& collection, const StackRows& rows,
                 std::ostream& out);
// "outermost;...;innermost count", a stack per line: no ';', blank or control character in a frame.
void stacks_folded(const StackCollection& collection, const StackRows& rows, std::ostream& out);

}  // namespace cli::render
