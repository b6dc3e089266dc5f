#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/baseline.h"

namespace cli {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string replace_file(const std::string& file, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code error;
  // A link stays one; what it points to is replaced.
  const auto real = fs::exists(file, error) ? fs::canonical(file, error) : fs::path(file);
  if (error) return error.message();
  auto made = real.string() + ".XXXXXX";
  const int fd = ::mkstemp(made.data());
  if (fd < 0) return std::strerror(errno);
  struct stat old {};
  // mkstemp() lets nobody else read; the file should be as open as the one before, or as any new file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const mode_t mode = ::stat(real.c_str(), &old) == 0 ? (old.st_mode & 07777) : (0666 & ~mask);
  bool good = write_all(fd, text) && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
  int why = good ? 0 : errno;
  if (::close(fd) != 0 && good) {
    good = false;
    why = errno;
  }
  if (good && ::rename(made.c_str(), real.c_str()) == 0) return {};
  if (good) why = errno;
  ::unlink(made.c_str());
  return std::strerror(why);
}

}  // namespace cli
