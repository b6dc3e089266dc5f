// What the process is connected to: asked once, before work starts.
#pragma once
#include <string>

#include "cli/render/screen.h"

namespace cli {

enum class When { automatic, always, never };

// The screen that standard output is, or a page without limits if it is none. NO_COLOR, TERM and the
// locale count.
render::Screen output_screen(When color);

bool stdin_is_terminal();
bool stderr_is_terminal();

}  // namespace cli
