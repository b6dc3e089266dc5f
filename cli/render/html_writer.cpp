#include "cli/render/html_writer.h"

#include <utility>

#include "cli/render/escape.h"

namespace cli::render {

void Html::tag(std::string_view tag, Attributes attributes, std::string_view end) {
  out_.append("<").append(tag);
  for (const auto& [name, value] : attributes)
    out_.append(" ").append(name).append("=\"").append(for_html(value)).append("\"");
  out_ += end;
}

Html& Html::open(std::string_view name, Attributes attributes) {
  tag(name, attributes, ">");
  open_.emplace_back(name);
  return *this;
}

Html& Html::close() {
  if (open_.empty()) return *this;
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

Html& Html::text(std::string_view raw) {
  out_ += for_html(raw);
  return *this;
}

Html& Html::leaf(std::string_view name, std::string_view raw, Attributes attributes) {
  return open(name, attributes).text(raw).close();
}

Html& Html::empty(std::string_view name, Attributes attributes) {
  tag(name, attributes, "/>");
  return *this;
}

Html& Html::style(std::string_view css) {
  out_.append("<style>").append(css).append("</style>");
  return *this;
}

Html& Html::line_break() {
  out_ += '\n';
  return *this;
}

std::string Html::take() {
  while (!open_.empty()) close();
  return std::move(out_);
}

}  // namespace cli::render
