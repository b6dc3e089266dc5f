#include "cli/symbolize.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/input.h"
#include "cli/log_annotator.h"
#include "cli/render/numbers.h"

namespace cli {
namespace {

constexpr const char* kSymbolizeFooter = R"(Examples:
  depot-analyze symbolize --vmlinux vmlinux dmesg.txt
  depot-analyze symbolize --vmlinux vmlinux --modules /lib/modules/6.12.3 dmesg.txt > symbolized.txt
  dmesg -w | depot-analyze symbolize --vmlinux vmlinux -        as it is printed
  depot-analyze symbolize --vmlinux vmlinux --source ~/linux dmesg.txt
                                                                with three lines of source around each place
  depot-analyze symbolize --symbols /proc/kallsyms kmemleak     names for addresses, of the running kernel
  depot-analyze symbolize --style decode --vmlinux vmlinux -o decoded.txt console.log.xz
                                                                as scripts/decode_stacktrace.sh would write it

Frames, RIP/pc/NIP/ERA lines and addresses gain their source line; all else comes out as it went in. The kernel may
be stripped if its debug file is in /usr/lib/debug or beside it. Answers are kept for the next run.

Exit status: 0 done, 2 an input or the kernel could not be used.)";

std::string frames(std::uint64_t count) {
  return render::grouped(count) + (count == 1 ? " frame" : " frames");
}

// "12 of 240 frames have no source line: 10 module not found: tried /lib/modules; 2 no such symbol"
std::string summary(const LogAnnotator::Counts& counts, bool verbose) {
  constexpr std::size_t kShown = 3;
  std::vector<std::pair<std::uint64_t, std::string>> reasons;
  for (const auto& [reason, count] : counts.reasons) reasons.emplace_back(count, reason);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text = render::grouped(counts.without_line) + " of " + frames(counts.references) +
                     (counts.without_line == 1 ? " has" : " have") + " no source line";
  for (std::size_t i = 0; i < reasons.size() && i < kShown; ++i)
    text += (i == 0 ? ": " : "; ") + render::grouped(reasons[i].first) + " " + reasons[i].second;
  if (reasons.size() > kShown) text += "; and other reasons";
  const auto mismatch = counts.reasons.lower_bound("build-id differs");
  if (mismatch != counts.reasons.end() && mismatch->first.starts_with("build-id differs"))
    text += "; --allow-mismatch uses such files all the same";
  return text + (verbose ? "" : " (-v shows why at each)");
}

}  // namespace

void setup_symbolize(CLI::App& app, SymbolizeOptions& options) {
  app.description("Writes source lines to the frames of a kernel log, and the rest of it as it is.");
  app.footer(kSymbolizeFooter);
  setup_files(app, options, "Kernel logs, also packed; - or none for standard input");
  setup_symbols(app, options.symbols);
  app.add_option(
         "--style", options.style,
         "append: the line kept, \"mm/slub.c:12\" behind the frame, inlined functions on lines of their own; "
         "decode: \"f (mm/slub.c:12) mod\"")
      ->check(CLI::IsMember({"append", "decode"}))
      ->capture_default_str();
  app.add_flag("-v,--verbose", options.verbose, "Say at each frame without a line why");
}

ExitCode run_symbolize(const SymbolizeOptions& options, const render::Screen& screen, std::ostream& out,
                       std::ostream& err) {
  Run run(options, err);
  if (!options.symbols.wanted())
    return run.fail(
        "no kernel to look in; name it with --vmlinux (the vmlinux of the build, or of the distribution's "
        "debug "
        "package, not vmlinuz), its modules with --modules, or at least its System.map with --symbols");
  if (!run.check()) return run.exit();
  auto opened = open_symbolizer(options.symbols);
  if (const auto* error = std::get_if<std::string>(&opened)) return run.fail(*error);
  auto& symbolizer = std::get<symbolize::Symbolizer>(opened);

  auto sources = open_sources(options.symbols);
  if (const auto* error = std::get_if<std::string>(&sources)) return run.fail(*error);

  std::ostream& result = run.result(out);
  const auto resolve = [&](std::span<const symbolize::Query> queries) {
    auto answers = symbolizer.resolve(queries);
    for (const auto& notice : symbolizer.take_notices()) run.warn(notice_text(notice));
    return answers;
  };
  const auto style =
      options.style == "decode" ? render::AnnotationStyle::decode : render::AnnotationStyle::append;
  LogAnnotator annotator({style, options.verbose, screen, std::get<render::Sources>(sources)}, resolve,
                         [&](std::string_view bytes) {
                           result.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
                         });
  InputVisitor visitor;
  visitor.begin = [](const InputName&) {};
  visitor.chunk = [&](std::string_view chunk) { annotator.feed(chunk); };
  visitor.end = [&] { annotator.end_input(); };
  visitor.failed = [&](const InputError& error) {
    run.fail(error.path + ": " + error.message + (error.hint.empty() ? "" : " (" + error.hint + ")"));
  };
  visitor.waiting = [&] {
    annotator.pause();
    result.flush();
  };
  visitor.stopped = [&] { return !result; };
  visitor.enough = visitor.stopped;
  for (const auto& input : run.inputs()) read_input(input, options.max_input, visitor);
  if (annotator.counts().without_line > 0) run.warn(summary(annotator.counts(), options.verbose));
  return run.finish();
}

}  // namespace cli
