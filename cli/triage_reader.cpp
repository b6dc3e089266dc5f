#include "cli/triage_reader.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

namespace cli {
namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(100);

// The inputs as they are handed out: where several read, the largest first, so that none is left alone with
// it at the end. Those of about the same size stay in order.
std::vector<std::uint32_t> reading_order(const std::vector<InputName>& inputs, unsigned workers) {
  std::vector<std::uint32_t> order(inputs.size());
  std::iota(order.begin(), order.end(), 0u);
  if (workers < 2) return order;
  std::vector<std::uint64_t> size(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(inputs[i].path, error);
    // A pipe may be of any length.
    size[i] =
        error ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(std::bit_width(bytes));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&size](std::uint32_t a, std::uint32_t b) { return size[a] > size[b]; });
  return order;
}

// What happened to one of the inputs.
struct Outcome {
  std::vector<InputError> errors;
  bool done = false;
};

// The inputs, handed out to the workers one by one, and what they say of them.
class Board {
 public:
  explicit Board(std::size_t inputs, unsigned workers) : outcomes_(inputs), working_(workers) {}

  std::size_t next() { return next_.fetch_add(1); }
  void add_bytes(std::size_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void finish_input(std::size_t input, std::vector<InputError> errors) {
    const std::lock_guard lock(mutex_);
    outcomes_[input] = {std::move(errors), true};
    changed_.notify_one();
  }
  void finish_worker(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (failure) failure_ = failure;
    --working_;
    changed_.notify_one();
  }

  // Until all workers are done, tells of errors and progress.
  void watch(const ReaderOptions& options) {
    std::size_t told = 0;
    for (bool working = true; working;) {
      std::vector<InputError> errors;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kProgressEvery);
        for (; told < outcomes_.size() && outcomes_[told].done; ++told)
          for (auto& error : outcomes_[told].errors) errors.push_back(std::move(error));
        working = working_ > 0;
      }
      for (const auto& error : errors) options.failed(error);
      if (const auto bytes = bytes_.exchange(0); bytes > 0) options.progress(bytes);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> bytes_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Outcome> outcomes_;
  unsigned working_;
  std::exception_ptr failure_;
};

// Reads one file with everything in it; the errors it met.
std::vector<InputError> read_one(const InputName& input, std::uint32_t number, TriageCollector& collector,
                                 Board& board, std::uint64_t max_unpacked) {
  std::vector<InputError> errors;
  std::uint32_t members = 0;
  std::uint32_t used = 0;
  InputName current;
  bool failed = false;
  read_input(input, max_unpacked,
             {[&](const InputName& name) {
                current = name;
                failed = false;
                collector.begin({number, members++}, name.path);
              },
              [&](std::string_view chunk) {
                collector.feed(chunk);
                board.add_bytes(chunk.size());
              },
              [&] {
                if (collector.end() || failed) {
                  ++used;
                } else if (current.named_by_user) {
                  const bool empty = collector.text_facts().bytes == 0;
                  errors.push_back({current.path, empty ? "empty" : "not text: no kernel log",
                                    empty ? "was it written?" : "name a log (dmesg, console, ...)"});
                }
              },
              [&](const InputError& error) {
                failed = true;
                errors.push_back(error);
              }});
  if (used == 0 && errors.empty() && input.named_by_user)
    errors.push_back({input.path, "nothing in it is a kernel log", "name the log itself"});
  return errors;
}

}  // namespace

Collectors read_logs(const std::vector<InputName>& inputs, const Suppressions& suppressions,
                     const ReaderOptions& options) {
  const auto count = static_cast<unsigned>(
      std::clamp<std::size_t>(options.workers, 1, std::max<std::size_t>(1, inputs.size())));
  Collectors collectors;
  for (unsigned i = 0; i < count; ++i)
    collectors.push_back(std::make_unique<TriageCollector>(suppressions, options.kernel, options.filter));

  const auto order = reading_order(inputs, count);
  Board board(inputs.size(), count);
  const auto work = [&](TriageCollector& collector) {
    std::exception_ptr failure;
    try {
      for (auto next = board.next(); next < order.size(); next = board.next()) {
        const auto i = order[next];
        board.finish_input(i, read_one(inputs[i], i, collector, board, options.max_unpacked));
      }
    } catch (...) {
      failure = std::current_exception();
    }
    board.finish_worker(failure);
  };
  std::vector<std::thread> threads;
  for (auto& collector : collectors) threads.emplace_back(work, std::ref(*collector));
  try {
    board.watch(options);
  } catch (...) {
    for (auto& thread : threads) thread.join();
    throw;
  }
  for (auto& thread : threads) thread.join();
  for (unsigned i = 1; i < count; ++i) collectors.front()->merge(*collectors[i]);
  return collectors;
}

}  // namespace cli
