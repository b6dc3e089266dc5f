// Any lines through the readers of containers, each alone and all together. Laws: what comes out has the
// number of a line that went in; each line that no reader takes comes out as it is, once and in its place; a
// line is lost only where a reader says that it is a record's.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "parser/containers.h"
#include "parser/kmsg.h"
#include "parser/lava_log.h"
#include "parser/logcat.h"

namespace {

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "law broken: %s\n", law);
  std::abort();
}

// Whether a line may come out otherwise than it went in, or be part of another's record.
bool may_be_containers(std::string_view raw) {
  const auto trimmed = raw.substr(std::min(raw.find_first_not_of(" \t"), raw.size()));
  return trimmed.empty() ||
         std::string_view("{}[]\"-0123456789").find(trimmed.front()) != std::string_view::npos ||
         raw.find('=') != std::string_view::npos || raw.front() == ' ' || raw.front() == 'C' ||
         raw.front() == 'c';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  // Soft breaks may join any two lines.
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool mail =
      lower.find("=3d") != std::string::npos || lower.find("quoted-printable") != std::string::npos;
  parser::ContainerReader reader;
  std::map<std::uint64_t, std::string> raws;
  std::map<std::uint64_t, std::uint64_t> came;
  std::uint64_t last = 0;
  const auto keep = [&](const parser::Line& line) {
    if (line.number < last) broken("numbers never fall");
    last = line.number;
    const auto raw = raws.find(line.number);
    if (raw == raws.end()) broken("a line has the number of one that was read");
    ++came[line.number];
    if (!mail && !may_be_containers(raw->second) && line.text != parser::read_line(raw->second, 1).text)
      broken("what no container takes comes out as it is");
  };
  std::string scratch;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string raw(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    raws[++number] = raw;
    if (parser::may_be_kmsg(raw)) parser::read_kmsg(raw, scratch);
    if (parser::may_be_logcat(raw)) parser::read_logcat(raw, scratch);
    parser::read_lava(raw, scratch);
    reader.take(raw, number, keep);
  }
  reader.finish(keep);
  for (const auto& [line, raw] : raws)
    if (!mail && !may_be_containers(raw) && came[line] != 1) broken("no line is lost or doubled");
  return 0;
}
