#include "cli/progress.h"

#include "cli/render/numbers.h"

namespace cli {
namespace {

constexpr auto kFirst = std::chrono::seconds(1);
constexpr auto kAgain = std::chrono::milliseconds(200);

}  // namespace

void Progress::add(std::uint64_t bytes) {
  done_ += bytes;
  if (!shown_) return;
  const auto now = Clock::now();
  if (now - start_ < kFirst || (on_screen_ && now - last_ < kAgain)) return;
  last_ = now;
  on_screen_ = true;
  const auto seconds = std::chrono::duration<double>(now - start_).count();
  const auto mb = static_cast<double>(done_) / 1e6;
  err_ << "\r\x1b[K";
  // Packed input unpacks to more than there was to read; a share would then lie.
  if (total_ >= done_ && total_ > 0)
    err_ << render::percent(static_cast<double>(done_) / static_cast<double>(total_)) << "  "
         << render::fixed(mb, 0) << " of " << render::fixed(static_cast<double>(total_) / 1e6, 0) << " MB";
  else
    err_ << render::fixed(mb, 0) << " MB";
  err_ << "  " << render::fixed(mb / seconds, 0) << " MB/s" << std::flush;
}

void Progress::clear() {
  if (!on_screen_) return;
  err_ << "\r\x1b[K" << std::flush;
  on_screen_ = false;
}

}  // namespace cli
