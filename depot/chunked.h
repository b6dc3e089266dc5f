// A sequence that grows in blocks: elements never move, and no more than one block is kept in reserve.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace depot {

template <class T>
class Chunked {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return blocks_[i >> kShift][i & kMask]; }
  const T& operator[](std::size_t i) const { return blocks_[i >> kShift][i & kMask]; }

  void push_back(const T& value) {
    if (size_ == blocks_.size() << kShift) blocks_.push_back(std::make_unique<T[]>(std::size_t{1} << kShift));
    (*this)[size_++] = value;
  }
  void clear() { size_ = 0; }  // keeps the blocks
  [[nodiscard]] std::size_t memory_bytes() const {
    return blocks_.size() * (sizeof(T) << kShift) + blocks_.capacity() * sizeof(blocks_[0]);
  }

 private:
  static constexpr unsigned kShift = 10;
  static constexpr std::size_t kMask = (std::size_t{1} << kShift) - 1;
  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace depot
