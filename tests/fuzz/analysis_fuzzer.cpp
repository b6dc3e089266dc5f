// Any bytes through the whole analysis. Laws: the same reports whatever the chunks; bytes of pools add up;
// text is safe for a terminal and valid UTF-8; JSON parses; HTML holds nothing of the input's but text.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/analysis.h"
#include "cli/render/escape.h"
#include "cli/render/html.h"
#include "cli/render/json.h"
#include "cli/render/text.h"
#include "cli/stack_collection.h"
#include "cli/stack_filter.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

struct Printed {
  std::string text, json, html;
};

Printed analyse(std::string_view bytes, std::size_t chunk) {
  cli::AnalyzerOptions options;
  options.failed = [](const cli::InputError&) {};
  options.warn = [](const std::string&) {};
  const cli::StackFilter everything;
  cli::StackCollection stacks(everything, {});
  options.listener = &stacks;
  cli::Analyzer analyzer(std::move(options));
  analyzer.add_text("input", bytes, chunk);
  const auto analysis = analyzer.finish();
  for (const auto& accounting : analysis.accountings)
    if (accounting.byte_sum() != accounting.pool_bytes) broken("the parts of a depot add up to its pools");
  Printed printed;
  printed.text = cli::render::text(analysis, {{}, true});
  std::ostringstream json;
  cli::render::json(analysis, json);
  printed.json = json.str();
  printed.html = cli::render::html(analysis, stacks);
  return printed;
}

bool safe_for_terminal(std::string_view text) {
  std::string lines(text);
  for (auto& c : lines)
    if (c == '\n') c = ' ';
  return cli::render::for_terminal(lines) == lines;
}

// Every tag is one that we write: '<' of the input comes out as a reference.
bool safe_html(std::string_view page) {
  static const std::set<std::string, std::less<>> kOurs{
      "!DOCTYPE", "a",       "body",   "caption", "code",  "dd",      "details", "div",   "dl",
      "dt",       "figure",  "footer", "g",       "h1",    "h2",      "h3",      "h4",    "head",
      "header",   "html",    "li",     "main",    "meta",  "nav",     "ol",      "p",     "pre",
      "rect",     "section", "span",   "strong",  "style", "summary", "svg",     "table", "tbody",
      "td",       "text",    "th",     "thead",   "title", "tr",      "ul"};
  for (auto at = page.find('<'); at != std::string_view::npos; at = page.find('<', at + 1)) {
    const auto start = page.substr(at + 1, 1) == "/" ? at + 2 : at + 1;
    const auto end = page.find_first_of(" />\n", start);
    if (end == std::string_view::npos || !kOurs.contains(page.substr(start, end - start))) return false;
  }
  return cli::render::valid_utf8(page) == page;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = analyse(bytes, cli::kChunk);
  if (!safe_for_terminal(whole.text)) broken("text never steers the terminal");
  if (!safe_html(whole.html)) broken("HTML holds our own elements only");
  if (!nlohmann::json::accept(whole.json)) broken("JSON parses");
  const auto pieces = analyse(bytes, size == 0 ? 1 : 1 + data[size / 2] % 97);
  if (pieces.json != whole.json || pieces.text != whole.text || pieces.html != whole.html)
    broken("chunks do not matter");
  return 0;
}
