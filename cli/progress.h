// A line on stderr for work that takes longer than a second; nothing at all where nobody would see it.
#pragma once
#include <chrono>
#include <cstdint>
#include <ostream>

namespace cli {

class Progress {
 public:
  // `total`: bytes to read in all, 0 where that is not known.
  Progress(bool shown, std::uint64_t total, std::ostream& err) : shown_(shown), total_(total), err_(err) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t bytes);
  // Takes the line off the screen, before anything else is written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool shown_;
  std::uint64_t total_;
  std::ostream& err_;
  std::uint64_t done_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  bool on_screen_ = false;
};

}  // namespace cli
