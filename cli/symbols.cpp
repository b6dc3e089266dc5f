#include "cli/symbols.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace cli {
namespace {

// x86, arm64, riscv, loongarch: what stands above the interrupted function in a Call Trace.
bool is_exception_entry(std::string_view symbol) {
  static constexpr std::array<std::string_view, 9> kEntries{
      "asm_exc_",           "asm_sysvec_",      "asm_common_interrupt",   "el1h_64_", "el1t_64_", "el1_",
      "ret_from_exception", "handle_exception", "common_interrupt_return"};
  return std::any_of(kEntries.begin(), kEntries.end(),
                     [symbol](std::string_view entry) { return symbol.starts_with(entry); });
}

std::string cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return std::string(cache) + "/depot-analyze";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.cache/depot-analyze";
  return {};
}

symbolize::Query query_of(const parser::Frame& frame, bool exact) {
  symbolize::Query query;
  query.symbol = frame.symbol;
  query.offset = frame.offset;
  if (frame.size != 0) query.size = frame.size;
  query.module = frame.module;
  query.build_id = frame.build_id;
  if (frame.address != 0) query.address = frame.address;
  query.exact_pc = exact;
  return query;
}

}  // namespace

void setup_symbols(CLI::App& app, SymbolOptions& options) {
  app.add_option("--vmlinux", options.vmlinux, "The kernel with symbols, best with debug information")
      ->type_name("FILE");
  app.add_option("--modules", options.modules,
                 "Where its modules are, with all folders below; may be given again")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--debug-dir", options.debug_dirs,
                 "A further tree of debug files, laid out as /usr/lib/debug; may be given again")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option(
         "--strip-prefix", options.strip_prefix,
         "Take this off the front of source paths, and not the build's own directory; \"\" keeps them whole")
      ->type_name("PATH");
  app.add_option("--kaslr-offset", options.kaslr_offset,
                 "How far the kernel was moved, for addresses without a symbol, where no line \"Kernel "
                 "Offset:\" tells")
      ->type_name("OFFSET");
  app.add_flag("--allow-mismatch", options.allow_mismatch,
               "Use these files although their build-ids are not the log's");
  app.add_flag("--no-cache", options.no_cache,
               "Neither read nor write answers in $XDG_CACHE_HOME/depot-analyze");
}

std::variant<symbolize::Symbolizer, std::string> open_symbolizer(const SymbolOptions& options) {
  symbolize::Options wanted;
  wanted.vmlinux = options.vmlinux;
  wanted.module_dirs = options.modules;
  wanted.debug_dirs = options.debug_dirs;
  wanted.debug_dirs.emplace_back("/usr/lib/debug");
  wanted.strip_prefix = options.strip_prefix;
  wanted.kaslr_offset = options.kaslr_offset;
  if (!options.no_cache) wanted.cache_dir = cache_folder();
  wanted.allow_mismatch = options.allow_mismatch;
  auto opened = symbolize::Symbolizer::open(std::move(wanted));
  if (opened) return std::move(opened.value());
  const auto& failure = opened.failure();
  return failure.file + ": " + failure.message + (failure.hint.empty() ? "" : " (" + failure.hint + ")");
}

std::string notice_text(const symbolize::Notice& notice) {
  return notice.file.empty() ? notice.message : notice.file + ": " + notice.message;
}

const symbolize::Answer* Places::find(parser::FrameId frame, bool exact) const {
  const auto found = answers.find({frame, exact});
  return found == answers.end() ? nullptr : &found->second;
}

bool holds_exact_pc(const parser::Trace& trace, std::size_t index, const parser::FrameTable& frames) {
  return index > 0 && trace.role == parser::Role::call &&
         is_exception_entry(frames[trace.frames[index - 1].frame].symbol);
}

std::variant<Symbolized, std::string> symbolize_traces(const std::vector<const parser::Trace*>& traces,
                                                       const parser::FrameTable& frames,
                                                       const SymbolOptions& options) {
  auto opened = open_symbolizer(options);
  if (auto* error = std::get_if<std::string>(&opened)) return std::move(*error);
  auto& symbolizer = std::get<symbolize::Symbolizer>(opened);

  std::vector<Places::Key> keys;
  for (const auto* trace : traces)
    for (std::size_t i = 0; i < trace->frames.size(); ++i)
      keys.emplace_back(trace->frames[i].frame, holds_exact_pc(*trace, i, frames));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());

  std::vector<symbolize::Query> queries;
  queries.reserve(keys.size());
  for (const auto& [frame, exact] : keys) queries.push_back(query_of(frames[frame], exact));
  auto answers = symbolizer.resolve(queries);

  Symbolized result;
  for (std::size_t i = 0; i < keys.size(); ++i) result.places.answers.emplace(keys[i], std::move(answers[i]));
  for (const auto& notice : symbolizer.take_notices()) result.notices.push_back(notice_text(notice));
  return result;
}

}  // namespace cli
