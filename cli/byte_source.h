// Bytes from somewhere: a file descriptor, a packed stream, a member of an archive. Sources stack: a .xz
// inside a tar inside a .gz is four of them. Each is read once, front to back.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

inline constexpr std::size_t kChunk = 64 * 1024;  // stays in a core's own cache until it is parsed

class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // The next bytes, empty at the end or on an error. Good until the next call.
  std::string_view next();
  // What next() will return.
  std::string_view peek();
  // Why the bytes ended too early; empty if they did not. Bytes that could be read have been handed out
  // before.
  [[nodiscard]] const std::string& error() const { return error_; }

 protected:
  virtual std::string_view read() = 0;
  void fail(std::string why) { error_ = std::move(why); }

 private:
  std::string_view peeked_;
  bool has_peeked_ = false;
  std::string error_;
};

// Bytes that may still come out of packed inputs; shared by all that are stacked on one input.
struct UnpackLimit {
  std::uint64_t left = 0;
  bool reached = false;
};

// Does not own the descriptor. Where it may have to wait (pipes, terminals) `waiting` is called when nothing
// has come for a while, again and again; the source ends when `stopped` says so. Both may be empty.
std::unique_ptr<ByteSource> fd_source(int fd, std::function<void()> waiting, std::function<bool()> stopped);

// What a packed stream holds (gzip, xz, zstd, bzip2, lz4, lzma), whatever `packed` is. It must outlive the
// result.
std::unique_ptr<ByteSource> unpacked_source(ByteSource& packed, UnpackLimit& limit);
bool is_packed(std::string_view start);

// tar, zip and cpio.
bool is_archive(std::string_view start);
// Calls `member` for each regular file in turn. The result says why the rest cannot be read, if so.
std::string read_archive(ByteSource& packed, UnpackLimit& limit,
                         const std::function<void(const std::string& path, ByteSource& bytes)>& member);

}  // namespace cli
