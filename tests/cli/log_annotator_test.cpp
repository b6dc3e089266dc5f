#include "cli/log_annotator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

// Answers by the symbol's name, so that a test says what it expects.
symbolize::Answer answer_for(const symbolize::Query& query) {
  symbolize::Answer answer;
  if (query.symbol == "unknown" || query.symbol.empty()) {
    answer.reason = "no such symbol";
    if (query.address == 0xffffffff81000123 && query.kaslr_offset == 0x1000000)
      answer.location = symbolize::Location{"named", "a.c", 3, {}, 0, "named", 0x23, 0x40, ""};
    return answer;
  }
  symbolize::Location location{
      std::string(query.symbol), "mm/slub.c", query.exact_pc ? 2U : 1U, {}, 0, "", 0, 0, ""};
  if (query.symbol == "outer") location.inlined = {{"inner", "a.h", 7}, {"middle", "b.h", 8}};
  if (query.symbol == "hostile") location.file = "a\x1b[31m\n.c";
  if (!query.build_id.empty()) location.file = "id-" + std::string(query.build_id.substr(0, 4)) + ".c";
  answer.location = location;
  return answer;
}

struct Annotated {
  explicit Annotated(cli::render::AnnotationOptions options = {})
      : annotator(
            options,
            [this](std::span<const symbolize::Query> queries) {
              ++batches;
              asked += queries.size();
              std::vector<symbolize::Answer> answers;
              for (const auto& query : queries) answers.push_back(answer_for(query));
              return answers;
            },
            [this](std::string_view bytes) { out += bytes; }) {}

  std::string all(std::string_view log, std::size_t chunk = 1 << 20) {
    for (; !log.empty(); log.remove_prefix(std::min(chunk, log.size()))) annotator.feed(log.substr(0, chunk));
    annotator.end_input();
    return out;
  }

  std::string out;
  int batches = 0;
  std::size_t asked = 0;
  cli::LogAnnotator annotator;
};

std::string appended(std::string_view log) {
  return Annotated().all(log);
}

std::string decoded(std::string_view log) {
  cli::render::AnnotationOptions options;
  options.style = cli::render::AnnotationStyle::decode;
  return Annotated(options).all(log);
}

}  // namespace

TEST_CASE(
    "append: the line kept, its place behind the frame, inlined functions above with the line's own prefix") {
  CHECK_EQ(appended("[    1.000000][    T1]  f+0x1/0x2\n"),
           "[    1.000000][    T1]  f+0x1/0x2 mm/slub.c:1\n");
  CHECK_EQ(appended("<4>[    1.000000]  ? outer+0x1/0x2 [mod]\r\n"),
           "<4>[    1.000000]  ? inner a.h:7 [inline]\r\n<4>[    1.000000]  ? middle b.h:8 [inline]\r\n"
           "<4>[    1.000000]  ? outer+0x1/0x2 [mod] mm/slub.c:1\r\n");
  CHECK_EQ(appended(" f+0x1/0x2 (P)\n"), " f+0x1/0x2 mm/slub.c:2 (P)\n");
  CHECK_EQ(appended("RIP: 0010:outer+0x1/0x2\n"),
           "RIP: 0010:inner a.h:7 [inline]\nRIP: 0010:middle b.h:8 [inline]\nRIP: 0010:outer+0x1/0x2 "
           "mm/slub.c:2\n");
  CHECK_EQ(appended("BUG: KASAN: slab-out-of-bounds in outer+0x1/0x2\n"),
           "BUG: KASAN: slab-out-of-bounds in outer+0x1/0x2 mm/slub.c:1\n");
}

TEST_CASE("decode: as scripts/decode_stacktrace.sh of Linux writes it") {
  CHECK_EQ(decoded("[    1.000000]  f+0x1/0x2 [mod 0123]\n"), "[    1.000000]  f (id-0123.c:1) mod\n");
  CHECK_EQ(decoded("  [<ffffffff81234567>] ? outer+0x1/0x2\n"), "  ? outer (a.h:7 b.h:8 mm/slub.c:1)\n");
  CHECK_EQ(decoded("  [<ffffffff81234567>] outer+0x1/0x2\n"), "  outer (a.h:7 b.h:8 mm/slub.c:1)\n");
  CHECK_EQ(decoded(" f+0x1/0x2 (P)\n"), " f (mm/slub.c:2) (P)\n");
  CHECK_EQ(decoded(" unknown+0x1/0x2\n"), " unknown+0x1/0x2\n");
}

TEST_CASE("what is no frame, and what is symbolized already, comes out as it went in") {
  const std::string log = std::string("plain\r\n\n\0\0bytes\0 and \xff\xfe\r\r\n", 25) +
                          " f+0x1/0x2 mm/old.c:9\n g mm/old.h:1 [inline]\n f (mm/old.c:9) mod\n "
                          "unknown+0x1/0x2\nno newline at the end";
  CHECK_EQ(appended(log), log);
  CHECK_EQ(decoded(log), log);
  CHECK_EQ(appended(""), "");
}

TEST_CASE("holes of NUL bytes and colours in a line stay where they are") {
  const std::string nul(
      "[    1.0\0\0"
      "00000]  f+0x1/0x2\0\n",
      27);
  const auto out = appended(nul);
  CHECK_EQ(out, nul.substr(0, 27) + " mm/slub.c:1" + nul.substr(27));
  CHECK_EQ(appended("\x1b[32m[    1.000000] \x1b[0m f+0x1/0x2\x1b[0m\n"),
           "\x1b[32m[    1.000000] \x1b[0m f+0x1/0x2 mm/slub.c:1\x1b[0m\n");
}

TEST_CASE("no newline at the end: annotated, and still none") {
  CHECK_EQ(appended(" f+0x1/0x2"), " f+0x1/0x2 mm/slub.c:1");
  CHECK_EQ(appended(" outer+0x1/0x2"),
           " inner a.h:7 [inline]\n middle b.h:8 [inline]\n outer+0x1/0x2 mm/slub.c:1");
}

TEST_CASE("the same bytes whatever the chunks") {
  const std::string log =
      "Linux version 6.12.0 (a@b)\n asm_exc_page_fault+0x1/0x2\n outer+0x1/0x2\n f+0x1/0x2 [mod]\r\n\ntext\n"
      " [<ffffffff81000123>]\nKernel Offset: 0x1000000 from 0xffffffff81000000\n f+0x1/0x2";
  const auto whole = appended(log);
  for (const std::size_t chunk : {1u, 2u, 7u, 64u}) CHECK_EQ(Annotated().all(log, chunk), whole);
}

TEST_CASE("while the input pauses all whole lines are out, a half one waits") {
  Annotated annotated;
  annotated.annotator.feed(" f+0x1/0x2\n g+0x1");
  annotated.annotator.pause();
  CHECK_EQ(annotated.out, " f+0x1/0x2 mm/slub.c:1\n");
  annotated.annotator.feed("/0x2\n");
  annotated.annotator.pause();
  CHECK_EQ(annotated.out, " f+0x1/0x2 mm/slub.c:1\n g+0x1/0x2 mm/slub.c:1\n");
}

TEST_CASE("a batch asks once for each frame, and not again for what it knows") {
  Annotated annotated;
  annotated.annotator.feed(" f+0x1/0x2\n f+0x1/0x2\n g+0x1/0x2\n");
  annotated.annotator.pause();
  annotated.annotator.feed(" f+0x1/0x2\n");
  annotated.annotator.pause();
  CHECK_EQ(annotated.batches, 1);
  CHECK_EQ(annotated.asked, 2);
}

TEST_CASE("an address gains its symbol, by the offset that the boot's own panic tells, before it or after") {
  const std::string offset =
      "[    9.000000] Kernel Offset: 0x1000000 from 0xffffffff81000000 (relocation range: 1)\n";
  CHECK_EQ(appended(" [<ffffffff81000123>]\n" + offset),
           " [<ffffffff81000123>] named+0x23/0x40 a.c:3\n" + offset);
  const std::string boot = "[    0.000000] Linux version 6.12.0 (a@b)\n";
  CHECK_EQ(appended(offset + boot + " [<ffffffff81000123>]\n"), offset + boot + " [<ffffffff81000123>]\n");
}

TEST_CASE("the kernel's build-id is that of the boot that speaks, a module's its own") {
  const std::string cpu = "CPU: 0 PID: 1 Comm: sh Not tainted 6.12.0 #1 ";
  const std::string log = " f+0x1/0x2\n" + cpu + std::string(40, 'a') + "\n f+0x1/0x2 [mod cccc]\n";
  const auto out = appended(log);
  CHECK(out.find(" f+0x1/0x2 id-aaaa.c:1\n") == 0);
  CHECK(out.find(" f+0x1/0x2 [mod cccc] id-cccc.c:1\n") != std::string::npos);
}

TEST_CASE("reasons are shown when asked for, and counted") {
  cli::render::AnnotationOptions options;
  options.reasons = true;
  Annotated annotated(options);
  CHECK_EQ(annotated.all(" unknown+0x1/0x2\n f+0x1/0x2\n"),
           " unknown+0x1/0x2 (no such symbol)\n f+0x1/0x2 mm/slub.c:1\n");
  CHECK_EQ(annotated.annotator.counts().references, 2);
  CHECK_EQ(annotated.annotator.counts().without_line, 1);
  CHECK_EQ(annotated.annotator.counts().reasons.at("no such symbol"), 1);
}

TEST_CASE(
    "file names out of a hostile ELF steer no terminal and break no line; on a terminal the log does not "
    "either") {
  CHECK_EQ(appended(" hostile+0x1/0x2\n"), " hostile+0x1/0x2 a\\x1b[31m\\x0a.c:1\n");
  cli::render::AnnotationOptions options;
  options.screen.height = 24;
  CHECK_EQ(Annotated(options).all("\x1b[2J\ttab\r\n f+0x1/0x2\x07\n"),
           "\\x1b[2J\ttab\r\n f+0x1/0x2 mm/slub.c:1\\x07\n");
}

TEST_CASE("on a terminal with colours, what is added is coloured and the log is still made safe") {
  cli::render::AnnotationOptions options;
  options.screen.height = 24;
  options.screen.color = true;
  CHECK_EQ(Annotated(options).all("\x1b[2J f+0x1/0x2\x07\n"),
           "\\x1b[2J f+0x1/0x2\x1b[2m mm/slub.c:1\x1b[0m\\x07\n");
  CHECK_EQ(Annotated(options).all("\x1b[2J outer+0x1/0x2\n").substr(0, 8), "\\x1b[2J ");
  options.style = cli::render::AnnotationStyle::decode;
  CHECK_EQ(Annotated(options).all("\x1b[2J f+0x1/0x2\x07\n"), "\\x1b[2J f (mm/slub.c:1)\\x07\n");
}

TEST_CASE("lines longer than any that names code, and without an end, pass through in bounded memory") {
  const std::string line = " f+0x1/0x2" + std::string(cli::LogAnnotator::kLongestLine, 'x') + "\n";
  CHECK_EQ(appended(line), line);
  Annotated annotated;
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) annotated.annotator.feed(piece);
  CHECK(annotated.out.size() >= 20 * piece.size());
  annotated.annotator.end_input();
  CHECK_EQ(annotated.out.size(), 40 * piece.size());
}
