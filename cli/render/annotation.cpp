#include "cli/render/annotation.h"

#include <algorithm>

#include "cli/render/escape.h"
#include "cli/render/frame_text.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

std::string file_and_line(const std::string& file, unsigned line) {
  if (file.empty()) return {};
  return for_terminal(file) + ":" + std::to_string(line);
}

// "kfree+0x123/0x330", which the log itself does not have where it printed an address.
std::string symbol_text(const symbolize::Location& location) {
  if (location.symbol.empty()) return for_terminal(location.function);
  auto text = for_terminal(location.symbol) + "+" + hex(location.offset) + "/" + hex(location.size);
  if (!location.module.empty()) text += " [" + for_terminal(location.module) + "]";
  return text;
}

std::string reason_text(const symbolize::Answer& answer) {
  return " (" + for_terminal(answer.reason) + ")";
}

std::string addition(const Annotation& annotation, const AnnotationOptions& options) {
  const auto& answer = *annotation.answer;
  std::string text;
  if (answer.location) {
    if (annotation.reference.symbol.empty()) text += " " + symbol_text(*answer.location);
    if (!answer.location->file.empty())
      text += " " + file_and_line(answer.location->file, answer.location->line);
  }
  if (options.reasons && !answer.reason.empty()) text += reason_text(answer);
  return text;
}

std::string appended(std::string_view line, std::span<const Annotation> annotations,
                     const AnnotationOptions& options) {
  std::string text;
  std::size_t at = 0;
  for (const auto& annotation : annotations) {
    text += log_bytes(line.substr(at, annotation.reference.end - at), options.screen);
    at = annotation.reference.end;
    const auto added = addition(annotation, options);
    if (!added.empty()) text += styled(options.screen, Style::dim, added);
  }
  return text + log_bytes(line.substr(at), options.screen);
}

// "mm/slab.h:3 mm/slub.c:12", innermost first.
std::string all_places(const symbolize::Location& location) {
  std::string text;
  for (const auto& inlined : location.inlined) text += file_and_line(inlined.file, inlined.line) + " ";
  return text + file_and_line(location.file, location.line);
}

// What stands before a symbol, without the address that the kernel printed for it: the script takes these
// away.
std::string_view without_address(std::string_view lead, const parser::CodeReference& reference,
                                 std::string& kept) {
  if (!reference.address || reference.symbol.empty()) return lead;
  const auto close = lead.rfind("] ");
  const auto open = close == std::string_view::npos ? close : lead.rfind('[', close);
  if (open == std::string_view::npos) return lead;
  kept = lead.substr(close + 2);
  return lead.substr(0, open);
}

std::string decoded(std::string_view line, std::span<const Annotation> annotations,
                    const AnnotationOptions& options) {
  std::string text;
  std::size_t at = 0;
  for (const auto& annotation : annotations) {
    const auto& reference = annotation.reference;
    const auto& answer = *annotation.answer;
    if (!answer.location || answer.location->file.empty()) {
      text += log_bytes(line.substr(at, reference.end - at), options.screen);
      if (answer.location && reference.symbol.empty()) text += " " + symbol_text(*answer.location);
      if (options.reasons && !answer.reason.empty()) text += reason_text(answer);
    } else {
      std::string mark;  // "? ", behind the address
      text +=
          log_bytes(without_address(line.substr(at, reference.begin - at), reference, mark), options.screen);
      text += log_bytes(mark, options.screen);
      text += for_terminal(answer.location->function) + " (" + all_places(*answer.location) + ")";
      if (!reference.module.empty()) text.append(" ").append(reference.module);
    }
    at = reference.end;
  }
  return text + log_bytes(line.substr(at), options.screen);
}

}  // namespace

std::string log_bytes(std::string_view bytes, const Screen& screen) {
  if (screen.height == 0) return std::string(bytes);
  std::string safe;
  while (!bytes.empty()) {
    const auto next = std::min(bytes.find_first_of("\n\r\t"), bytes.size());
    safe += for_terminal(bytes.substr(0, next));
    if (next < bytes.size()) safe.push_back(bytes[next]);
    bytes.remove_prefix(std::min(next + 1, bytes.size()));
  }
  return safe;
}

bool annotates(const symbolize::Answer& answer, const AnnotationOptions& options) {
  return answer.location || (options.reasons && !answer.reason.empty());
}

std::string annotated(std::string_view line, std::string_view end, std::span<const Annotation> annotations,
                      const AnnotationOptions& options) {
  std::string text;
  const auto new_line = end.empty() ? std::string_view("\n") : end;
  const auto& first = annotations.front();
  // A sentence is not said twice, and the chains of two references could not be told apart.
  const bool explained = annotations.size() == 1 && !first.reference.in_text && first.answer->location;
  const bool decode = options.style == AnnotationStyle::decode;
  if (explained && !decode) {
    // Above, so that the innermost comes first, as everywhere in a trace.
    const auto lead = line.substr(0, first.reference.begin);
    for (const auto& inlined : first.answer->location->inlined) {
      const auto place = file_and_line(inlined.file, inlined.line);
      text += log_bytes(lead, options.screen);
      text += styled(options.screen, Style::dim,
                     for_terminal(inlined.function) + (place.empty() ? "" : " " + place) + " [inline]");
      text.append(new_line);
    }
  }
  text += decode ? decoded(line, annotations, options) : appended(line, annotations, options);
  text.append(end);
  if (!explained || !first.reference.reliable) return text;
  auto excerpt = source_excerpt(*first.answer->location, options.sources, new_line, options.screen);
  if (!excerpt.empty() && end.empty()) {
    excerpt.resize(excerpt.size() - new_line.size());
    text.append(new_line);
  }
  return text + excerpt;
}

}  // namespace cli::render
