// A line of a log with source lines written to it. Everything of the line that is not annotation stays as it
// is.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "cli/render/screen.h"
#include "cli/render/source_excerpt.h"
#include "parser/code_reference.h"
#include "symbolize/query.h"

namespace cli::render {

enum class AnnotationStyle {
  append,  // "f+0x1/0x2 [mod] mm/slub.c:12", above it a line "g mm/slab.h:3 [inline]" for each inlined
           // function
  decode   // "f (mm/slab.h:3 mm/slub.c:12) mod", as scripts/decode_stacktrace.sh of Linux writes it
};

struct Annotation {
  parser::CodeReference reference;
  const symbolize::Answer* answer = nullptr;  // of the reference
};

struct AnnotationOptions {
  AnnotationStyle style = AnnotationStyle::append;
  bool reasons = false;  // say why there is no line
  Screen screen;
  Sources sources = {};  // shows lines of them below each frame of a trace that has a place
};

// Bytes of the log as they may be written: as they are, but on a terminal, which a log must not steer.
std::string log_bytes(std::string_view bytes, const Screen& screen);

// Whether there is anything to write for that answer.
bool annotates(const symbolize::Answer& answer, const AnnotationOptions& options);

// `line` without its end, which is `end`: "\n", "\r\n" or nothing. Annotations are in the order of the line
// and do not overlap. What is added comes out of files and is made safe; the line itself is not touched.
std::string annotated(std::string_view line, std::string_view end, std::span<const Annotation> annotations,
                      const AnnotationOptions& options);

}  // namespace cli::render
