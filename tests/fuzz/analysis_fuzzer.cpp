// Any bytes through the whole analysis. Laws: the same reports whatever the chunks; bytes of pools add up;
// text is safe for a terminal and valid UTF-8; JSON parses.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/analysis.h"
#include "cli/render/escape.h"
#include "cli/render/json.h"
#include "cli/render/text.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

struct Printed {
  std::string text, json;
};

Printed analyse(std::string_view bytes, std::size_t chunk) {
  cli::AnalyzerOptions options;
  options.failed = [](const cli::InputError&) {};
  options.warn = [](const std::string&) {};
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
  return printed;
}

bool safe_for_terminal(std::string_view text) {
  std::string lines(text);
  for (auto& c : lines)
    if (c == '\n') c = ' ';
  return cli::render::for_terminal(lines) == lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = analyse(bytes, cli::kChunk);
  if (!safe_for_terminal(whole.text)) broken("text never steers the terminal");
  if (!nlohmann::json::accept(whole.json)) broken("JSON parses");
  const auto pieces = analyse(bytes, size == 0 ? 1 : 1 + data[size / 2] % 97);
  if (pieces.json != whole.json || pieces.text != whole.text) broken("chunks do not matter");
  return 0;
}
