#include "cli/follow.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/render/report_text.h"

namespace cli {
namespace {

// A signal can reach nothing else.
volatile std::sig_atomic_t stop_signal = 0;

void note_signal(int signal) {
  stop_signal = signal;
}

}  // namespace

bool may_be_followed(const std::vector<std::string>& inputs) {
  struct stat facts {};
  return (inputs.empty() || std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) &&
         ::fstat(STDIN_FILENO, &facts) == 0 && !S_ISREG(facts.st_mode);
}

StopSignals::StopSignals() {
  stop_signal = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  // Without SA_RESTART: a read that waits must come back.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
}

StopSignals::~StopSignals() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
}

bool StopSignals::stopped() {
  return stop_signal != 0;
}

void Follower::report(const FoundReport& found) {
  constexpr std::size_t kMostPending = 64 * 1024;
  if (!followed_ && pending_.size() >= kMostPending) {
    ++pending_left_out_;
    return;
  }
  const auto line = render::report_line(found, screen_);
  if (followed_)
    out_ << line << std::flush;
  else
    pending_ += line;
}

void Follower::waiting() {
  if (followed_) return;
  followed_ = true;
  out_ << pending_;
  if (pending_left_out_ > 0) out_ << "  ... and " << pending_left_out_ << " more, in the summary\n";
  out_ << std::flush;
  pending_.clear();
}

}  // namespace cli
