#include "cli/output_stream.h"

#include <unistd.h>

#include <cerrno>

namespace cli {

FdBuffer::FdBuffer(int fd) : fd_(fd), buffer_(64 * 1024, '\0') {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

FdBuffer::int_type FdBuffer::overflow(int_type c) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int FdBuffer::sync() {
  for (const char* at = pbase(); at < pptr() && error_ == 0;) {
    const auto written = ::write(fd_, at, static_cast<std::size_t>(pptr() - at));
    if (written >= 0)
      at += written;
    else if (errno != EINTR)
      error_ = errno;
  }
  // What could not be written is dropped, so that a failed stream does not try for ever.
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error_ == 0 ? 0 : -1;
}

}  // namespace cli
