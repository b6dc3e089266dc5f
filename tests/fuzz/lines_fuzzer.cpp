// Any bytes through line splitting, containers and prefixes. Laws: chunks do not matter; numbers never fall;
// a line that is no container's comes out once, its text the end of what went in; nothing else is made up.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "parser/containers.h"
#include "parser/line_splitter.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

struct Out {
  std::uint64_t number;
  std::string text;
  std::uint64_t caller;
  int level;
  std::int64_t time;
  bool prefixed, userspace;
  bool operator==(const Out&) const = default;
};

std::vector<Out> lines(std::string_view bytes, std::size_t chunk) {
  std::vector<Out> result;
  parser::LineSplitter splitter;
  parser::ContainerReader containers;
  std::uint64_t raw_lines = 0;
  const auto keep = [&](const parser::Line& line) {
    if (!result.empty() && line.number < result.back().number) broken("numbers never fall");
    if (line.number == 0 || line.number > raw_lines) broken("a line has the number of one that was read");
    if (line.text.find('\n') != std::string_view::npos) broken("a line is one line");
    if (line.level && (*line.level < 0 || *line.level > 7)) broken("a level is one of eight");
    result.push_back({line.number, std::string(line.text), line.caller.key(), line.level.value_or(-1),
                      line.time.micros().value_or(-1), line.prefixed, line.userspace});
  };
  const auto raw_line = [&](std::string_view raw, std::uint64_t number) {
    if (number != ++raw_lines) broken("lines are numbered from 1");
    const auto alone = parser::read_line(raw, number);
    if (!raw.ends_with(alone.text)) broken("a prefix is taken off the front");
    containers.take(raw, number, keep);
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size()))) {
    const std::string piece(bytes.substr(0, chunk));
    splitter.feed(piece, raw_line);
  }
  splitter.finish(raw_line);
  containers.finish(keep);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = lines(bytes, size + 1);
  if (lines(bytes, size == 0 ? 1 : 1 + data[size / 2] % 97) != whole) broken("chunks do not matter");
  return 0;
}
