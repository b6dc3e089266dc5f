// Standard output with the reason why a write failed: iostreams forget it, and a closed pipe is not an error.
#pragma once
#include <ostream>
#include <streambuf>
#include <string>

namespace cli {

class FdBuffer final : public std::streambuf {
 public:
  explicit FdBuffer(int fd);
  ~FdBuffer() override { sync(); }
  FdBuffer(const FdBuffer&) = delete;
  FdBuffer& operator=(const FdBuffer&) = delete;

  // errno of the first write that failed, 0 if none did.
  int error() const { return error_; }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  int fd_;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace cli
