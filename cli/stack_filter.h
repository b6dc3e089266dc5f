// Which stacks the user wants to see: regular expressions (RE2) on symbols, modules and clients.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/model.h"

namespace re2 {
class RE2;
}

namespace cli {

class StackFilter {
 public:
  StackFilter();
  ~StackFilter();

  // As typed; empty ones let everything pass. Returns what is wrong with a pattern, in words for the user.
  std::optional<std::string> set(const std::string& symbol, const std::string& module,
                                 const std::string& client);

  // Whether some frame matches the symbol's pattern, and some frame (perhaps another) the module's.
  [[nodiscard]] bool frames_match(const parser::Trace& trace, const parser::FrameTable& frames) const;
  [[nodiscard]] bool every_client() const { return client_ == nullptr; }
  [[nodiscard]] bool client_matches(std::string_view client) const;

 private:
  std::unique_ptr<re2::RE2> symbol_, module_, client_;
};

}  // namespace cli
