#include "cli/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

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

struct ArchiveCloser {
  void operator()(archive* a) const { archive_read_free(a); }
};

// A file descriptor whose first bytes have been looked at already.
struct PeekedFd {
  int fd = -1;
  std::string buffer = std::string(kChunk, '\0');
  std::size_t peeked = 0;  // bytes in buffer that were read ahead
  int error = 0;

  // The next bytes, empty at the end or on an error.
  std::string_view next() {
    if (peeked > 0) return {buffer.data(), std::exchange(peeked, 0)};
    for (;;) {
      const auto got = ::read(fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error = errno;
      return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }
  }

  // Reads ahead until there is enough to tell what the file is. A live pipe may give less at first: what is
  // there tells too, so that `dmesg -w` need not fill a block first.
  std::string_view peek() {
    const auto first = next();
    peeked = first.size();
    return first;
  }
};

bool is_packed(std::string_view start) {
  using namespace std::string_view_literals;
  constexpr std::array<std::string_view, 6> kMagic{"\x1f\x8b"sv,
                                                   "\xfd"
                                                   "7zXZ\0"sv,
                                                   "\x28\xb5\x2f\xfd"sv,
                                                   "BZh"sv,
                                                   "\x04\x22\x4d\x18"sv,
                                                   "\x5d\0\0"sv};
  for (const auto magic : kMagic)
    if (start.starts_with(magic)) return true;
  return start.size() >= 262 && start.substr(257, 5) == "ustar";
}

la_ssize_t feed_archive(archive* a, void* user, const void** data) {
  auto* source = static_cast<PeekedFd*>(user);
  const auto bytes = source->next();
  if (source->error != 0) {
    archive_set_error(a, source->error, "%s", std::strerror(source->error));
    return -1;
  }
  *data = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

void read_plain(PeekedFd& source, const InputName& name, const InputVisitor& visitor) {
  visitor.begin(name);
  for (auto bytes = source.next(); !bytes.empty(); bytes = source.next()) visitor.chunk(bytes);
  if (source.error != 0) visitor.failed({name.path, std::strerror(source.error), ""});
  visitor.end();
}

// One stream of an archive. Blocks are handed on as they come, so that of a cut archive nothing is lost that
// could be unpacked. False if the archive cannot be read on; that has been said.
bool read_member(archive* unpacker, const InputName& member, std::uint64_t& room,
                 const InputVisitor& visitor) {
  visitor.begin(member);
  bool first = true;
  for (;;) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const auto got = archive_read_data_block(unpacker, &data, &size, &offset);
    if (got == ARCHIVE_EOF) break;
    const std::string_view block(static_cast<const char*>(data), got == ARCHIVE_OK ? size : 0);
    InputError error{member.path, "", ""};
    if (got != ARCHIVE_OK) {
      const char* why = archive_error_string(unpacker);
      error.message = std::string("cannot unpack: ") + (why != nullptr ? why : "damaged");
      error.hint = "is it cut? what could be unpacked is in the results";
    } else if (block.size() > room) {
      error.message = "unpacks to more than --max-input; stopped there";
      error.hint = "raise the limit with --max-input if you trust the file";
    } else if (first && !member.named_by_user && is_packed(block)) {
      error.message = "is packed inside an archive and was left out";
      error.hint = "unpack the archive first";
      visitor.failed(error);
      break;
    }
    if (got != ARCHIVE_OK || block.size() > room) {
      visitor.failed(error);
      visitor.end();
      return false;
    }
    first = false;
    room -= block.size();
    visitor.chunk(block);
  }
  visitor.end();
  return true;
}

// `tar`: what comes out may itself be an archive. False if there was nothing in it, not even an empty stream.
bool read_packed(PeekedFd& source, const InputName& name, std::uint64_t room, const InputVisitor& visitor,
                 bool tar) {
  const std::unique_ptr<archive, ArchiveCloser> unpacker(archive_read_new());
  archive_read_support_filter_all(unpacker.get());
  if (tar) archive_read_support_format_tar(unpacker.get());
  archive_read_support_format_raw(unpacker.get());
  const auto fail = [&](const char* hint) {
    const char* why = archive_error_string(unpacker.get());
    visitor.failed({name.path, std::string("cannot unpack: ") + (why != nullptr ? why : "damaged"), hint});
    return true;
  };
  if (archive_read_open(unpacker.get(), &source, nullptr, feed_archive, nullptr) != ARCHIVE_OK)
    return fail("is it cut? unpacking it by hand and piping the text in may save more");

  archive_entry* entry = nullptr;
  for (bool any = false;; any = true) {
    const auto next = archive_read_next_header(unpacker.get(), &entry);
    if (next == ARCHIVE_EOF) return any;
    if (next < ARCHIVE_WARN) return fail("is it cut? what could be unpacked is in the results");
    const bool raw = archive_format(unpacker.get()) == ARCHIVE_FORMAT_RAW;
    if (!raw && archive_entry_filetype(entry) != AE_IFREG) continue;
    auto member = name;
    if (!raw) {
      const char* path = archive_entry_pathname(entry);
      member.path += std::string("!") + (path != nullptr ? path : "?");
      member.named_by_user = false;
    }
    if (!read_member(unpacker.get(), member, room, visitor)) return true;
  }
}

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
  PeekedFd source;
  source.fd = fd.get();
  const auto start = source.peek();
  if (source.error != 0) return visitor.failed({name.path, std::strerror(source.error), ""});
  if (is_packed(start)) {
    if (read_packed(source, name, max_unpacked, visitor, true)) return;
    // A packed log that begins with a block of NUL bytes looks like the end of an empty tar.
    if (::lseek(fd.get(), 0, SEEK_SET) == 0) {
      source.peeked = 0;
      read_packed(source, name, max_unpacked, visitor, false);
    }
    return;
  }
  read_plain(source, name, visitor);
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
