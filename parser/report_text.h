// The lines of an open report, for whoever shows them.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace parser {

class ReportText {
 public:
  static constexpr std::size_t kMost = 16 * 1024;  // bytes; a line that would be more is left out

  void add(std::string_view line) {
    if (size_ + line.size() >= kMost) return;
    std::copy(line.begin(), line.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += line.size();
    bytes_[size_++] = '\n';
  }
  // Without the blank lines at its end, which are not the report's own.
  std::string_view lines() const {
    const std::string_view all(bytes_.data(), size_);
    const auto last = all.find_last_not_of(" \t\n");
    return last == std::string_view::npos ? std::string_view{} : all.substr(0, all.find('\n', last) + 1);
  }
  void clear() { size_ = 0; }

 private:
  std::size_t size_ = 0;
  std::array<char, kMost> bytes_;  // the first size_ of them
};

// Those of past reports are used again.
class ReportTexts {
 public:
  std::unique_ptr<ReportText> take() {
    if (spare_.empty()) return std::unique_ptr<ReportText>(new ReportText);
    auto text = std::move(spare_.back());
    spare_.pop_back();
    text->clear();
    return text;
  }
  void give(std::unique_ptr<ReportText> text) {
    constexpr std::size_t kMostSpare = 4;
    if (spare_.size() < kMostSpare) spare_.push_back(std::move(text));
  }

 private:
  std::vector<std::unique_ptr<ReportText>> spare_;
};

}  // namespace parser
