#include "cli/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Archives in archives: deeper is a bomb, or made by nobody.
constexpr int kDeepest = 8;

class Reader {
 public:
  Reader(std::uint64_t max_unpacked, const InputVisitor& visitor)
      : limit_{max_unpacked, false}, visitor_(visitor) {}

  // A stream, whatever it turns out to be.
  void read(ByteSource& bytes, const InputName& name, int depth = 0) {
    const auto start = bytes.peek();
    if (depth < kDeepest && is_packed(start)) {
      const auto unpacked = unpacked_source(bytes, limit_);
      return read(*unpacked, name, depth + 1);
    }
    if (depth < kDeepest && is_archive(start)) {
      const auto error = read_archive(bytes, limit_, [&](const std::string& path, ByteSource& member) {
        read(member, {name.path + "!" + path, false}, depth + 1);
      });
      if (!error.empty()) fail(name, error);
      return;
    }
    read_plain(bytes, name);
  }

 private:
  void read_plain(ByteSource& bytes, const InputName& name) {
    // Nothing came, and there is a reason: that is all there is to say.
    if (bytes.peek().empty() && !bytes.error().empty()) return fail(name, bytes.error());
    visitor_.begin(name);
    for (auto chunk = bytes.next(); !chunk.empty(); chunk = bytes.next()) {
      visitor_.chunk(chunk);
      if (visitor_.enough && visitor_.enough()) return visitor_.end();
    }
    if (!bytes.error().empty()) fail(name, bytes.error());
    if (limit_.reached && !limit_said_) {
      limit_said_ = true;
      visitor_.failed({name.path, "unpacks to more than --max-input; stopped there",
                       "raise the limit with --max-input if you trust the file"});
    }
    visitor_.end();
  }

  void fail(const InputName& name, const std::string& error) {
    const bool packed = error.starts_with("cannot unpack");
    visitor_.failed({name.path, error, packed ? "is it cut? what could be unpacked is in the results" : ""});
  }

  UnpackLimit limit_;
  bool limit_said_ = false;
  const InputVisitor& visitor_;
};

void read_file(const InputName& name, std::uint64_t max_unpacked, const InputVisitor& visitor) {
  const bool is_stdin = name.path == "-" && name.named_by_user;
  const Fd fd(is_stdin ? STDIN_FILENO : ::open(name.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (fd.get() < 0) {
    const int error = errno;
    visitor.failed({name.path, std::strerror(error),
                    error == ENOENT   ? "check the path"
                    : error == EACCES ? "is it yours to read? try with sudo"
                                      : ""});
    return;
  }
  const auto bytes = fd_source(fd.get(), visitor.waiting, visitor.stopped);
  Reader(max_unpacked, visitor).read(*bytes, name);
}

// Regular files below `directory`, in the order of their paths; links are not followed.
std::vector<std::string> files_below(const std::string& directory, std::error_code& error) {
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, error),
       end;
       !error && at != end; at.increment(error))
    if (!at->is_symlink(error) && at->is_regular_file(error) && !error) files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<InputName> list_inputs(const std::vector<std::string>& paths,
                                   const std::function<void(const InputError&)>& failed) {
  std::vector<InputName> inputs;
  for (const auto& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      inputs.push_back({path, true});
      continue;
    }
    const auto files = files_below(path, error);
    if (error) failed({path, error.message(), ""});
    if (files.empty() && !error) failed({path, "a directory without files", "name the log itself"});
    for (const auto& file : files) inputs.push_back({file, false});
  }
  return inputs;
}

void read_input(const InputName& input, std::uint64_t max_unpacked, const InputVisitor& visitor) {
  read_file(input, max_unpacked, visitor);
}

void read_input(const std::string& path, std::uint64_t max_unpacked, const InputVisitor& visitor) {
  for (const auto& input : list_inputs({path}, visitor.failed)) read_input(input, max_unpacked, visitor);
}

std::uint64_t total_bytes(const std::vector<std::string>& paths) {
  std::uint64_t total = 0;
  for (const auto& path : paths) {
    std::error_code error;
    if (path == "-") return 0;
    if (fs::is_directory(path, error)) {
      for (const auto& file : files_below(path, error)) {
        const auto size = fs::file_size(file, error);
        if (!error) total += size;
      }
    } else if (fs::is_regular_file(path, error)) {
      const auto size = fs::file_size(path, error);
      if (!error) total += size;
    } else {
      return 0;
    }
  }
  return total;
}

}  // namespace cli
