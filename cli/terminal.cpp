#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool locale_is_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos ||
           value.find("UTF8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

render::Screen output_screen(When color) {
  render::Screen screen;
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (terminal) {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
      screen.width = size.ws_col;
      screen.height = size.ws_row;
    }
    screen.unicode = locale_is_unicode();
  }
  screen.color = color == When::always || (color == When::automatic && terminal &&
                                           variable("NO_COLOR").empty() && variable("TERM") != "dumb");
  return screen;
}

bool stdin_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}
bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace cli
