// Reads the numbers of a DWARF section one after the other. Never outside of its bytes: a read that would be
// yields zero, and from then on the cursor is not good().
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace symbolize {

class ByteCursor {
 public:
  using Bytes = std::span<const unsigned char>;

  ByteCursor() = default;
  ByteCursor(Bytes bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  bool good() const { return good_; }
  bool at_end() const { return at_ >= bytes_.size(); }
  std::size_t size() const { return bytes_.size(); }

  std::uint64_t fixed(std::size_t width) {
    if (!take(width) || width > 8) {
      good_ = good_ && width <= 8;
      return 0;
    }
    const unsigned char* from = &bytes_[at_ - width];
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value |= std::uint64_t{from[i]} << (8 * (big_endian_ ? width - 1 - i : i));
    }
    return value;
  }
  std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : static_cast<std::uint8_t>(fixed(1)); }

  std::uint64_t uleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; good_; shift += 7) {
      const std::uint8_t next = byte();
      if (shift < 64) value |= std::uint64_t{next & 0x7fU} << shift;
      if ((next & 0x80) == 0) break;
    }
    return value;
  }
  std::int64_t sleb() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t next = 0x80;
    while (good_ && (next & 0x80) != 0) {
      next = byte();
      if (shift < 64) value |= std::uint64_t{next & 0x7fU} << shift;
      shift += 7;
    }
    if (shift < 64 && (next & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }

  // Up to the next NUL, which is skipped.
  std::string_view text() {
    const void* end = at_ < bytes_.size() ? std::memchr(&bytes_[at_], 0, bytes_.size() - at_) : nullptr;
    if (end == nullptr) {
      good_ = false;
      at_ = bytes_.size();
      return {};
    }
    const char* start = reinterpret_cast<const char*>(&bytes_[at_]);
    const auto length = static_cast<std::size_t>(static_cast<const char*>(end) - start);
    at_ += length + 1;
    return {start, length};
  }

  // The next `length` bytes as a cursor of their own; this one goes on behind them.
  ByteCursor part(std::uint64_t length) {
    ByteCursor inner({}, big_endian_);
    inner.good_ = take(length);
    if (inner.good_)
      inner.bytes_ = bytes_.subspan(at_ - static_cast<std::size_t>(length), static_cast<std::size_t>(length));
    return inner;
  }
  void skip(std::uint64_t length) { take(length); }

 private:
  bool take(std::uint64_t length) {
    if (!good_ || length > bytes_.size() - at_) {
      good_ = false;
      at_ = bytes_.size();
      return false;
    }
    at_ += static_cast<std::size_t>(length);
    return true;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool big_endian_ = false;
  bool good_ = true;
};

}  // namespace symbolize
