// Any bytes as the kernel's file, as a module's and as a list of symbols: opened, and asked for names and
// addresses. Laws: an answer has a location or a reason; the same question has the same answer; nothing but
// the bytes of the log and what was added comes out.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/log_annotator.h"
#include "cli/render/escape.h"
#include "symbolize/symbolizer.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

// One folder for the whole run; the file in it is written anew for each input.
const std::filesystem::path& folder() {
  static const std::filesystem::path path = [] {
    std::string name = (std::filesystem::temp_directory_path() / "symbolize-fuzzer-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(folder(), ignored);
    });
    return std::filesystem::path(name);
  }();
  return path;
}

std::string log_lines() {
  std::string log;
  for (const char* symbol :
       {"plain", "outer", "early", "twin", "equal_twin", "module_plain", "module_outer", "_text"}) {
    for (int offset = 0; offset < 0x40; offset += 9) {
      const auto place = std::string(symbol) + "+0x" + std::to_string(offset) + "/0x100";
      log += " " + place + "\n " + place + " [fuzzed]\n";
    }
  }
  for (unsigned address = 0x20000000; address < 0x20000200; address += 13) {
    char line[32];
    std::snprintf(line, sizeof line, " [<%08x>]\n", address);
    log += line;
  }
  return log;
}

std::string annotated(const symbolize::Options& options, const std::string& log) {
  auto opened = symbolize::Symbolizer::open(options);
  if (!opened) {
    if (opened.failure().message.empty()) broken("a failure says why");
    return {};
  }
  std::string out;
  cli::LogAnnotator annotator(
      {},
      [&](std::span<const symbolize::Query> queries) {
        auto answers = opened.value().resolve(queries);
        if (answers.size() != queries.size()) broken("one answer per query");
        for (const auto& answer : answers)
          if (!answer.location && answer.reason.empty()) broken("a location or a reason");
        return answers;
      },
      [&](std::string_view bytes) { out += bytes; });
  annotator.feed(log);
  annotator.end_input();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const std::string log = log_lines();
  const auto file = (folder() / "fuzzed.ko").string();
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;

  symbolize::Options options;
  options.vmlinux = file;
  options.module_dirs = {folder().string()};
  const auto first = annotated(options, log);
  if (first != annotated(options, log)) broken("the same question has the same answer");
  for (std::string_view rest = first; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (cli::render::for_terminal(line) != line) broken("what is added is safe for a terminal");
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  options = {};
  options.symbols = bytes;
  options.symbols_path = "list";
  annotated(options, log);
  return 0;
}
