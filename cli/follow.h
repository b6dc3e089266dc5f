// A stream that is followed (dmesg -w | depot-analyze -): each report's line as soon as it is complete, and
// the summary when the stream ends or the user stops it.
#pragma once
#include <csignal>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "cli/analysis.h"
#include "cli/render/screen.h"

namespace cli {

// Whether these inputs ask for a stream that may have no end: standard input, and it is no file. Everything
// else is read to its end, and an interrupt ends the program.
bool may_be_followed(const std::vector<std::string>& inputs);

// Catches the first SIGINT or SIGTERM, which then ends the reading and not the program; the next one ends
// that too. What was there before is back in place afterwards.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] static bool stopped();

 private:
  struct sigaction interrupt_ {
  }, terminate_{};  // as they were
};

// A pipe proves to be followed when it once has nothing to read: `dmesg | ...` is read to its end without
// that, and its reports are told by the summary alone.
class Follower {
 public:
  Follower(const render::Screen& screen, std::ostream& out) : screen_(screen), out_(out) {}

  void report(const FoundReport& found);
  void waiting();
  [[nodiscard]] bool followed() const { return followed_; }

 private:
  const render::Screen& screen_;
  std::ostream& out_;
  std::string pending_;  // lines of reports that came before it was known
  std::uint64_t pending_left_out_ = 0;
  bool followed_ = false;
};

}  // namespace cli
