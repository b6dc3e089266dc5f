// Joins parser and symbolize: the options that name a kernel's files, and the frames of reports as queries
// with the answers kept beside them.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "cli/render/source_excerpt.h"
#include "parser/frame_table.h"
#include "parser/kernel_image.h"
#include "parser/model.h"
#include "symbolize/query.h"
#include "symbolize/symbolizer.h"

namespace CLI {
class App;
}

namespace cli {

struct SymbolOptions {
  std::string vmlinux;  // or a list of symbols, told by content
  std::string symbols;
  std::vector<std::string> modules;
  std::vector<std::string> debug_dirs;
  std::optional<std::string> strip_prefix;
  std::optional<std::uint64_t> kaslr_offset;
  std::string source;
  bool allow_mismatch = false;
  bool no_cache = false;

  bool wanted() const { return !vmlinux.empty() || !modules.empty() || !symbols.empty(); }
};

void setup_symbols(CLI::App& app, SymbolOptions& options);

// The symbolizer for these files, or why they cannot be used at all.
std::variant<symbolize::Symbolizer, std::string> open_symbolizer(const SymbolOptions& options);

// The sources of --source, none without it; or why there are none.
std::variant<render::Sources, std::string> open_sources(const SymbolOptions& options);

// "/path: message"
std::string notice_text(const symbolize::Notice& notice);

// Where each frame of some reports is, or why nobody knows. A frame has two places if it stands once as a
// return address and once as an exact program counter.
struct Places {
  using Key = std::pair<parser::FrameId, bool>;  // the frame, and whether it holds an exact program counter
  // A frame between the ones that it called and that called it, kNoFrame at an end.
  using Between = std::tuple<parser::FrameId, bool, parser::FrameId, parser::FrameId>;
  static constexpr parser::FrameId kNoFrame = static_cast<parser::FrameId>(-1);

  std::map<Key, symbolize::Answer> answers;
  std::map<Between, symbolize::Answer>
      settled;  // of names that are there several times, by the frames around

  // Null for a frame that was not asked for.
  const symbolize::Answer* find(parser::FrameId frame, bool exact) const;
  // The same for a frame in its trace, whose neighbours may have settled which place it is.
  const symbolize::Answer* find(const parser::Trace& trace, std::size_t index,
                                const parser::FrameTable& frames) const;
};

// Whether frame `index` holds the program counter at which an exception came, and not a return address: the
// frame below an exception's entry was taken from saved registers.
bool holds_exact_pc(const parser::Trace& trace, std::size_t index, const parser::FrameTable& frames);

struct Symbolized {
  Places places;
  std::vector<std::string> notices;  // to be said once: mismatched build-ids, files without DWARF
};
// Traces of one kernel, and what its log says of it.
struct TracesOfKernel {
  std::vector<const parser::Trace*> traces;
  parser::KernelImages images;
  std::string release;  // empty: not known
};

// The places of all frames of the traces, or why the files cannot be used at all. Frames of a kernel that the
// file is not of, by its build-id or, where a log has none, by its release, get that as the reason instead.
// Each kernel's traces have frames of their own.
std::variant<Symbolized, std::string> symbolize_traces(const std::vector<TracesOfKernel>& kernels,
                                                       const parser::FrameTable& frames,
                                                       const SymbolOptions& options);

}  // namespace cli
