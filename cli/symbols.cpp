#include "cli/symbols.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/input.h"
#include "cli/source_tree.h"
#include "parser/code_reference.h"
#include "symbolize/symbol_list.h"

namespace cli {
namespace {

std::string cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return std::string(cache) + "/depot-analyze";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.cache/depot-analyze";
  return {};
}

// The kernel whose frames these are.
struct Image {
  std::string build_id;
  std::optional<std::uint64_t> kaslr_offset;
};

// The one that the kernel file is of, if the logs hold several; what that leaves unsaid is said.
Image image_of(const parser::KernelImages& images, const std::string& kernel_build_id,
               std::vector<std::string>& notices) {
  Image image;
  const auto& ids = images.build_ids();
  if (ids.count(kernel_build_id) != 0)
    image.build_id = kernel_build_id;
  else if (!ids.empty())
    image.build_id = *ids.begin();
  if (ids.size() > 1)
    notices.push_back(
        "the logs are of " + std::to_string(ids.size()) +
        " kernel builds: frames of all are looked up in one; give the logs of each build alone");
  if (images.offsets().size() == 1) image.kaslr_offset = *images.offsets().begin();
  if (images.offsets().size() > 1)
    notices.push_back("the logs have several KASLR offsets: addresses without a symbol are not moved");
  return image;
}

symbolize::Query query_of(const parser::Frame& frame, bool exact, const Image& image) {
  symbolize::Query query;
  query.symbol = frame.symbol;
  query.offset = frame.offset;
  if (frame.size != 0) query.size = frame.size;
  query.module = frame.module;
  query.build_id = frame.module.empty() ? std::string_view(image.build_id) : frame.build_id;
  query.kaslr_offset = image.kaslr_offset;
  if (frame.address != 0) query.address = frame.address;
  query.exact_pc = exact;
  return query;
}

// The frame next to `index` that the kernel is sure of, towards the innermost or the outermost.
parser::FrameId neighbour(const parser::Trace& trace, std::size_t index, int step) {
  for (auto at = static_cast<std::ptrdiff_t>(index) + step;
       at >= 0 && at < static_cast<std::ptrdiff_t>(trace.frames.size()); at += step) {
    const auto& ref = trace.frames[static_cast<std::size_t>(at)];
    if (ref.reliable) return ref.frame;
  }
  return Places::kNoFrame;
}

Places::Between between(const parser::Trace& trace, std::size_t index, bool exact) {
  return {trace.frames[index].frame, exact, neighbour(trace, index, -1), neighbour(trace, index, 1)};
}

// All of a file that is read at once: a list of symbols, packed or not.
std::variant<std::string, InputError> whole_text(const std::string& path) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  std::string text;
  std::optional<InputError> error;
  InputVisitor visitor;
  visitor.begin = [](const InputName&) {};
  visitor.chunk = [&](std::string_view chunk) { text.append(chunk); };
  visitor.end = [] {};
  visitor.failed = [&](const InputError& failed) { error = failed; };
  visitor.enough = [&] { return text.size() > kMostBytes; };
  read_input(path, kMostBytes, visitor);
  if (error) return *error;
  return text;
}

// Whether a file that should be a kernel is a list of its symbols. Only its start is read.
bool is_symbol_list(const std::string& path) {
  std::string start;
  InputVisitor visitor;
  visitor.begin = [](const InputName&) {};
  visitor.chunk = [&](std::string_view chunk) { start.append(chunk.substr(0, 4096)); };
  visitor.end = [] {};
  visitor.failed = [](const InputError&) {};
  visitor.enough = [&] { return !start.empty(); };
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) return false;
  read_input(path, std::uint64_t{1} << 20, visitor);
  return symbolize::SymbolList::looks_like_one(start);
}

std::string error_text(const std::string& path, const std::string& message, const std::string& hint) {
  return path + ": " + message + (hint.empty() ? "" : " (" + hint + ")");
}

}  // namespace

void setup_symbols(CLI::App& app, SymbolOptions& options) {
  app.add_option("--vmlinux", options.vmlinux, "The kernel with symbols, best with debug information")
      ->type_name("FILE");
  app.add_option(
         "--symbols", options.symbols,
         "System.map or /proc/kallsyms of the kernel: names for addresses, also where there is no vmlinux")
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
  app.add_option("--source", options.source,
                 "The kernel's source tree: shows three lines around each place that it has")
      ->type_name("DIR");
  app.add_flag("--allow-mismatch", options.allow_mismatch,
               "Use these files although their build-ids are not the log's");
  app.add_flag("--no-cache", options.no_cache,
               "Neither read nor write answers in $XDG_CACHE_HOME/depot-analyze");
}

std::variant<symbolize::Symbolizer, std::string> open_symbolizer(const SymbolOptions& options) {
  symbolize::Options wanted;
  wanted.vmlinux = options.vmlinux;
  wanted.symbols_path = options.symbols;
  if (wanted.symbols_path.empty() && is_symbol_list(options.vmlinux))
    wanted.symbols_path = std::exchange(wanted.vmlinux, {});
  if (!wanted.symbols_path.empty()) {
    auto text = whole_text(wanted.symbols_path);
    if (const auto* error = std::get_if<InputError>(&text))
      return error_text(error->path, error->message, error->hint);
    wanted.symbols = std::move(std::get<std::string>(text));
    if (wanted.symbols.empty()) return wanted.symbols_path + ": empty";
  }
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
  return error_text(failure.file, failure.message, failure.hint);
}

std::variant<render::Sources, std::string> open_sources(const SymbolOptions& options) {
  if (options.source.empty()) return render::Sources();
  std::error_code error;
  if (!std::filesystem::is_directory(options.source, error))
    return "--source " + options.source + ": no such directory";
  const auto tree = std::make_shared<SourceTree>(options.source);
  return render::Sources(
      [tree](const std::string& file, unsigned line) { return tree->excerpt(file, line); });
}

std::string notice_text(const symbolize::Notice& notice) {
  return notice.file.empty() ? notice.message : notice.file + ": " + notice.message;
}

const symbolize::Answer* Places::find(parser::FrameId frame, bool exact) const {
  const auto found = answers.find({frame, exact});
  return found == answers.end() ? nullptr : &found->second;
}

const symbolize::Answer* Places::find(const parser::Trace& trace, std::size_t index,
                                      const parser::FrameTable& frames) const {
  const bool exact = holds_exact_pc(trace, index, frames);
  if (!settled.empty()) {
    const auto found = settled.find(between(trace, index, exact));
    if (found != settled.end()) return &found->second;
  }
  return find(trace.frames[index].frame, exact);
}

bool holds_exact_pc(const parser::Trace& trace, std::size_t index, const parser::FrameTable& frames) {
  if (trace.frames[index].pc) return true;
  return index > 0 && parser::is_live(trace.role) && !trace.frames[index - 1].pc &&
         parser::is_exception_entry(frames[trace.frames[index - 1].frame].symbol);
}

namespace {

// Asks again, with the frames around it, for each frame that several functions may be.
void settle(const std::vector<const parser::Trace*>& traces, const parser::FrameTable& frames,
            symbolize::Symbolizer& symbolizer, const Image& image, Places& places) {
  std::deque<symbolize::Query> neighbours;
  std::vector<Places::Between> keys;
  std::vector<symbolize::Query> queries;
  const auto query = [&](parser::FrameId frame) -> const symbolize::Query* {
    if (frame == Places::kNoFrame) return nullptr;
    return &neighbours.emplace_back(query_of(frames[frame], false, image));
  };
  for (const auto* trace : traces) {
    for (std::size_t i = 0; i < trace->frames.size(); ++i) {
      const bool exact = holds_exact_pc(*trace, i, frames);
      const auto* answer = places.find(trace->frames[i].frame, exact);
      if (answer == nullptr || answer->candidates == 0) continue;
      const auto key = between(*trace, i, exact);
      if (!places.settled.try_emplace(key).second) continue;
      keys.push_back(key);
      queries.push_back(query_of(frames[trace->frames[i].frame], exact, image));
      queries.back().callee = query(std::get<2>(key));
      queries.back().caller = query(std::get<3>(key));
    }
  }
  auto answers = symbolizer.resolve(queries);
  for (std::size_t i = 0; i < keys.size(); ++i) places.settled[keys[i]] = std::move(answers[i]);
}

// Why nothing of a kernel can be looked up in the file, as far as releases tell; empty: it can.
std::string other_release(const TracesOfKernel& kernel, const Image& image, const SymbolOptions& options,
                          const symbolize::Symbolizer& symbolizer) {
  const bool by_build = !image.build_id.empty() && !symbolizer.kernel_build_id().empty();
  if (by_build || kernel.release.empty() || options.vmlinux.empty()) return {};
  const auto& release = symbolizer.kernel_release();
  if (release.empty() || release == kernel.release) return {};
  return "another kernel: the log is of " + kernel.release + ", " + options.vmlinux + " is of " + release;
}

void resolve(const TracesOfKernel& kernel, const parser::FrameTable& frames, const SymbolOptions& options,
             symbolize::Symbolizer& symbolizer, Symbolized& result) {
  const auto image = image_of(kernel.images, symbolizer.kernel_build_id(), result.notices);
  const auto other = other_release(kernel, image, options, symbolizer);
  if (!other.empty()) result.notices.push_back(other);

  std::vector<Places::Key> keys;
  for (const auto* trace : kernel.traces)
    for (std::size_t i = 0; i < trace->frames.size(); ++i)
      keys.emplace_back(trace->frames[i].frame, holds_exact_pc(*trace, i, frames));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (!other.empty() && !options.allow_mismatch) {
    // Modules with a build-id are told by that.
    const auto lost = std::stable_partition(keys.begin(), keys.end(), [&](const Places::Key& key) {
      return !frames[key.first].build_id.empty();
    });
    symbolize::Answer none;
    none.reason = other;
    for (auto key = lost; key != keys.end(); ++key) result.places.answers.emplace(*key, none);
    keys.erase(lost, keys.end());
  }

  std::vector<symbolize::Query> queries;
  queries.reserve(keys.size());
  for (const auto& [frame, exact] : keys) queries.push_back(query_of(frames[frame], exact, image));
  auto answers = symbolizer.resolve(queries);
  for (std::size_t i = 0; i < keys.size(); ++i) result.places.answers.emplace(keys[i], std::move(answers[i]));
  settle(kernel.traces, frames, symbolizer, image, result.places);
}

}  // namespace

std::variant<Symbolized, std::string> symbolize_traces(const std::vector<TracesOfKernel>& kernels,
                                                       const parser::FrameTable& frames,
                                                       const SymbolOptions& options) {
  auto opened = open_symbolizer(options);
  if (auto* error = std::get_if<std::string>(&opened)) return std::move(*error);
  auto& symbolizer = std::get<symbolize::Symbolizer>(opened);

  Symbolized result;
  const auto untold = std::count_if(kernels.begin(), kernels.end(), [](const TracesOfKernel& kernel) {
    return kernel.images.build_ids().empty() && !kernel.release.empty();
  });
  if (untold > 1 && !options.vmlinux.empty() && symbolizer.kernel_release().empty())
    result.notices.push_back("the logs are of " + std::to_string(untold) +
                             " kernels, and nothing tells which of them " + options.vmlinux +
                             " is of: frames of all are looked up in it; give the logs of each alone");
  for (const auto& kernel : kernels) resolve(kernel, frames, options, symbolizer, result);
  for (const auto& notice : symbolizer.take_notices()) result.notices.push_back(notice_text(notice));
  return result;
}

}  // namespace cli
