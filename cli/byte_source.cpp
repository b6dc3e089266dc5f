#include "cli/byte_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cli {
namespace {

using namespace std::string_view_literals;

constexpr auto kZip = "PK\x03\x04"sv;
constexpr auto kGzip = "\x1f\x8b"sv;

struct ArchiveCloser {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, ArchiveCloser>;

std::string error_of(archive* a) {
  const char* why = archive_error_string(a);
  return std::string("cannot unpack: ") + (why != nullptr ? why : "damaged");
}

// As much of `bytes` as the limit allows; it does not count what is no larger unpacked (null).
std::string_view within(UnpackLimit* limit, std::string_view bytes) {
  if (limit == nullptr) return bytes;
  if (bytes.size() > limit->left) {
    bytes = bytes.substr(0, limit->left);
    limit->reached = true;
  }
  limit->left -= bytes.size();
  return bytes;
}

class FdSource final : public ByteSource {
 public:
  FdSource(int fd, std::function<void()> waiting, std::function<bool()> stopped)
      : fd_(fd), waiting_(std::move(waiting)), stopped_(std::move(stopped)) {
    struct stat facts {};
    may_wait_ = ::fstat(fd, &facts) == 0 && !S_ISREG(facts.st_mode);
  }

 private:
  std::string_view read() override {
    for (;;) {
      if (may_wait_ && !wait()) return {};
      const auto got = ::read(fd_, buffer_->data(), buffer_->size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) fail(std::strerror(errno));
      return {buffer_->data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }
  }

  // False: it was told to stop.
  bool wait() {
    constexpr int kPatience = 200;  // ms
    for (;;) {
      if (stopped_ && stopped_()) return false;
      pollfd watched{fd_, POLLIN, 0};
      const int ready = ::poll(&watched, 1, kPatience);
      if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
      if (ready == 0 && waiting_) waiting_();
    }
  }

  int fd_;
  bool may_wait_ = false;
  std::function<void()> waiting_;
  std::function<bool()> stopped_;
  // The kernel's copy to user space is at its best where a cache line begins.
  struct alignas(64) Buffer : std::array<char, kChunk> {};
  std::unique_ptr<Buffer> buffer_ = std::make_unique<Buffer>();
};

// zlib itself and not libarchive, which holds back the last block of a file that is cut, up to 64 KiB.
class GzipSource final : public ByteSource {
 public:
  GzipSource(ByteSource& packed, UnpackLimit& limit) : packed_(packed), limit_(limit) {
    constexpr int kGzipOnly = 16;  // added to the window's bits
    usable_ = ::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) == Z_OK;
    if (!usable_) fail("cannot unpack: no memory");
  }
  ~GzipSource() override {
    if (usable_) ::inflateEnd(&stream_);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

 private:
  std::string_view read() override {
    if (!usable_ || ended_) return {};
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    while (stream_.avail_out == buffer_.size() && !ended_) step();
    return within(&limit_, {buffer_.data(), buffer_.size() - stream_.avail_out});
  }

  void step() {
    if (stream_.avail_in == 0) {
      const auto bytes = packed_.next();
      if (bytes.empty()) {
        ended_ = true;
        if (!between_members_)
          fail(packed_.error().empty() ? "cannot unpack: truncated gzip input" : packed_.error());
        return;
      }
      // zlib's interface is older than const.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(bytes.size());
    }
    // A further member may follow, as log rotation that appends makes them; padding is none.
    if (between_members_ && *stream_.next_in != 0x1f) {
      ended_ = true;
      return;
    }
    between_members_ = false;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_members_ = true;
      ended_ = ::inflateReset(&stream_) != Z_OK;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      ended_ = true;
      fail(std::string("cannot unpack: ") + (stream_.msg != nullptr ? stream_.msg : "damaged gzip input"));
    }
  }

  ByteSource& packed_;
  UnpackLimit& limit_;
  z_stream stream_{};
  bool usable_ = false;
  bool ended_ = false;
  bool between_members_ = false;
  std::string buffer_ = std::string(kChunk, '\0');
};

la_ssize_t feed_archive(archive* a, void* user, const void** data) {
  auto* source = static_cast<ByteSource*>(user);
  const auto bytes = source->next();
  if (bytes.empty() && !source->error().empty()) {
    archive_set_error(a, EIO, "%s", source->error().c_str());
    return -1;
  }
  *data = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

// The bytes of the entry that `unpacker` stands at.
class EntrySource final : public ByteSource {
 public:
  EntrySource(archive* unpacker, UnpackLimit* limit) : unpacker_(unpacker), limit_(limit) {}

 private:
  std::string_view read() override {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int got = ARCHIVE_OK;
    do {
      got = archive_read_data_block(unpacker_, &data, &size, &offset);
    } while (got == ARCHIVE_OK && size == 0);
    if (got == ARCHIVE_OK || got == ARCHIVE_WARN)
      return within(limit_, {static_cast<const char*>(data), size});
    if (got != ARCHIVE_EOF) fail(error_of(unpacker_));
    return {};
  }

  archive* unpacker_;
  UnpackLimit* limit_;
};

// A packed stream that libarchive unpacks.
class FilterSource final : public ByteSource {
 public:
  FilterSource(ByteSource& packed, UnpackLimit& limit)
      : archive_(archive_read_new()), bytes_(archive_.get(), &limit) {
    archive_read_support_filter_all(archive_.get());
    archive_read_support_format_raw(archive_.get());
    archive_entry* entry = nullptr;
    if (archive_read_open(archive_.get(), &packed, nullptr, feed_archive, nullptr) != ARCHIVE_OK) {
      fail(error_of(archive_.get()));
      return;
    }
    const int first = archive_read_next_header(archive_.get(), &entry);
    usable_ = first >= ARCHIVE_WARN && first != ARCHIVE_EOF;
    if (first < ARCHIVE_WARN) fail(error_of(archive_.get()));
  }

 private:
  std::string_view read() override {
    if (!usable_) return {};
    const auto bytes = bytes_.next();
    if (bytes.empty() && !bytes_.error().empty()) fail(bytes_.error());
    return bytes;
  }

  Archive archive_;
  EntrySource bytes_;
  bool usable_ = false;
};

// A tar header's own checksum holds.
bool is_tar(std::string_view start) {
  constexpr std::size_t kHeader = 512, kSum = 148, kSumWidth = 8;
  if (start.size() < kHeader) return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < kHeader; ++i)
    sum += i >= kSum && i < kSum + kSumWidth ? ' ' : static_cast<unsigned char>(start[i]);
  unsigned said = 0;
  std::size_t digits = 0;
  for (const char c : start.substr(kSum, kSumWidth)) {
    if (c < '0' || c > '7') {
      if (digits > 0) break;
      continue;
    }
    said = said * 8 + static_cast<unsigned>(c - '0');
    ++digits;
  }
  return digits > 0 && said == sum;
}

}  // namespace

std::string_view ByteSource::next() {
  if (std::exchange(has_peeked_, false)) return std::exchange(peeked_, {});
  return error_.empty() ? read() : std::string_view{};
}

std::string_view ByteSource::peek() {
  if (!has_peeked_) {
    peeked_ = next();
    has_peeked_ = true;
  }
  return peeked_;
}

std::unique_ptr<ByteSource> fd_source(int fd, std::function<void()> waiting, std::function<bool()> stopped) {
  return std::make_unique<FdSource>(fd, std::move(waiting), std::move(stopped));
}

bool is_packed(std::string_view start) {
  constexpr std::array<std::string_view, 6> kMagic{kGzip,
                                                   "\xfd"
                                                   "7zXZ\0"sv,
                                                   "\x28\xb5\x2f\xfd"sv,
                                                   "BZh"sv,
                                                   "\x04\x22\x4d\x18"sv,
                                                   "\x5d\0\0"sv};
  for (const auto magic : kMagic)
    if (start.starts_with(magic)) return true;
  return false;
}

std::unique_ptr<ByteSource> unpacked_source(ByteSource& packed, UnpackLimit& limit) {
  if (packed.peek().starts_with(kGzip)) return std::make_unique<GzipSource>(packed, limit);
  return std::make_unique<FilterSource>(packed, limit);
}

bool is_archive(std::string_view start) {
  return is_tar(start) || start.starts_with(kZip) || start.starts_with("07070"sv);
}

std::string read_archive(ByteSource& packed, UnpackLimit& limit,
                         const std::function<void(const std::string& path, ByteSource& bytes)>& member) {
  const bool inflates = packed.peek().starts_with(kZip);
  const Archive unpacker(archive_read_new());
  archive_read_support_format_tar(unpacker.get());
  archive_read_support_format_zip_streamable(unpacker.get());
  archive_read_support_format_cpio(unpacker.get());
  if (archive_read_open(unpacker.get(), &packed, nullptr, feed_archive, nullptr) != ARCHIVE_OK)
    return error_of(unpacker.get());
  for (;;) {
    archive_entry* entry = nullptr;
    const auto found = archive_read_next_header(unpacker.get(), &entry);
    if (found == ARCHIVE_EOF) return {};
    if (found < ARCHIVE_WARN) return error_of(unpacker.get());
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    const char* path = archive_entry_pathname(entry);
    EntrySource bytes(unpacker.get(), inflates ? &limit : nullptr);
    member(path != nullptr ? path : "?", bytes);
    if (limit.reached) return {};  // which the member has said
    if (!bytes.error().empty()) return {};
  }
}

}  // namespace cli
