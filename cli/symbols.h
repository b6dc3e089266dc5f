// Joins parser and symbolize: the frames of reports as queries, the answers kept beside them.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parser/frame_table.h"
#include "parser/model.h"
#include "symbolize/query.h"

namespace cli {

struct SymbolOptions {
  std::string vmlinux;
  std::vector<std::string> modules;
  bool allow_mismatch = false;

  bool wanted() const { return !vmlinux.empty() || !modules.empty(); }
};

// Where each frame of some reports is, or why nobody knows. A frame has two places if it stands once as a
// return address and once as an exact program counter.
struct Places {
  using Key = std::pair<parser::FrameId, bool>;  // the frame, and whether it holds an exact program counter

  std::map<Key, symbolize::Answer> answers;

  // Null for a frame that was not asked for.
  const symbolize::Answer* find(parser::FrameId frame, bool exact) const;
};

// Whether frame `index` holds the program counter at which an exception came, and not a return address: the
// frame below an exception's entry was taken from saved registers.
bool holds_exact_pc(const parser::Trace& trace, std::size_t index, const parser::FrameTable& frames);

struct Symbolized {
  Places places;
  std::vector<std::string> notices;  // to be said once: mismatched build-ids, files without DWARF
};
// The places of all frames of the traces, or why the files cannot be used at all.
std::variant<Symbolized, std::string> symbolize_traces(const std::vector<const parser::Trace*>& traces,
                                                       const parser::FrameTable& frames,
                                                       const SymbolOptions& options);

}  // namespace cli
