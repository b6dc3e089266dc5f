// The style sheet of our pages, page.css, compiled in.
#pragma once
#include <string_view>

namespace cli::render {

extern const std::string_view kPageStyle;
extern const std::string_view kPageStyleSha256;  // hex

}  // namespace cli::render
