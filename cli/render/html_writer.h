// Writes HTML element by element. Text and attribute values are escaped on their way in and elements are
// closed in their order, so that no caller can forget either.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli::render {

class Html {
 public:
  // Names are ours, values may be anything. An empty value of "" stays: <details open="">.
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Html& open(std::string_view tag, Attributes attributes = {});
  // Ends the innermost open element.
  Html& close();
  Html& text(std::string_view raw);
  // <tag>raw</tag>
  Html& leaf(std::string_view tag, std::string_view raw, Attributes attributes = {});
  // <tag/>: what HTML calls void, and shapes of SVG.
  Html& empty(std::string_view tag, Attributes attributes = {});
  // A style sheet of our own, as it is.
  Html& style(std::string_view css);
  Html& line_break();  // in the source only

  // All of it, every element closed.
  std::string take();

 private:
  void tag(std::string_view tag, Attributes attributes, std::string_view end);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace cli::render
