#include "cli/stack_filter.h"

#include <re2/re2.h>

#include <algorithm>

#include "cli/render/frame_text.h"

namespace cli {
namespace {

bool found(std::string_view text, const re2::RE2& pattern) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

}  // namespace

StackFilter::StackFilter() = default;
StackFilter::~StackFilter() = default;

std::optional<std::string> StackFilter::set(const std::string& symbol, const std::string& module,
                                            const std::string& client) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes of a log need not be UTF-8
  std::optional<std::string> error;
  const auto compile = [&](const char* option, const std::string& text) -> std::unique_ptr<re2::RE2> {
    if (text.empty()) return nullptr;
    auto pattern = std::make_unique<re2::RE2>(text, options);
    if (!pattern->ok() && !error) error = std::string(option) + " " + text + ": " + pattern->error();
    return pattern;
  };
  symbol_ = compile("--symbol", symbol);
  module_ = compile("--module", module);
  client_ = compile("--client", client);
  return error;
}

bool StackFilter::frames_match(const parser::Trace& trace, const parser::FrameTable& frames) const {
  const auto any = [&](const auto& matches) {
    return std::any_of(trace.frames.begin(), trace.frames.end(),
                       [&](const parser::FrameRef& ref) { return matches(frames[ref.frame]); });
  };
  // A frame without a symbol is known by its address.
  if (symbol_ && !any([&](const parser::Frame& frame) {
        return frame.symbol.empty() ? found(render::hex(frame.address), *symbol_)
                                    : found(frame.symbol, *symbol_);
      }))
    return false;
  return !module_ || any([&](const parser::Frame& frame) {
    return !frame.module.empty() && found(frame.module, *module_);
  });
}

bool StackFilter::client_matches(std::string_view client) const {
  return !client_ || found(client, *client_);
}

}  // namespace cli
