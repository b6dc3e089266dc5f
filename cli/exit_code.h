#pragma once

namespace cli {

// What the shell sees.
enum class ExitCode : int {
  done = 0,
  findings = 1,  // what the user asked to fail on was found
  trouble = 2,   // usage, or an input that could not be used; wins over the others
};

}  // namespace cli
