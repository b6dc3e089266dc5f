// Hides what may be private in what a run found out, before anything is printed of it: the one place, so that
// no renderer can forget. What the user typed (--what-if) and messages on standard error stay as they are.
#pragma once
#include <initializer_list>

#include "cli/analysis.h"
#include "cli/redactor.h"
#include "cli/stack_collection.h"
#include "cli/triage_result.h"

namespace cli {

struct Redactable {
  Analysis& analysis;
  StackCollection& stacks;
};

// Names of inputs become input-1, input-2, ...; all else as Redactor has it, the same thing in the same way
// in all of these. Keys of stacks without symbols change with their addresses.
void redact(std::initializer_list<Redactable> found);
void redact(Analysis& analysis);
void redact(TriageResult& result);

}  // namespace cli
