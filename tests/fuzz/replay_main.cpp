// Runs a fuzzer over files and folders: replay [--mutations N] [--seed S] PATH...
// With N, then over N mutations of them: cut, spliced, bytes flipped, lines doubled, dropped or swapped. The
// same seed gives the same inputs; a failure leaves its input in replay-failed.bin.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kLargest = 24 * 1024;  // of a mutated input; keeps ten thousand of them quick
const std::string* current = nullptr;

void keep_failure(int signal) {
  if (current != nullptr) std::ofstream("replay-failed.bin", std::ios::binary) << *current;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const std::string& input) {
  current = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void load(const std::filesystem::path& path, std::vector<std::string>& inputs) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> entries(std::filesystem::directory_iterator(path), {});
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) load(entry, inputs);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& inputs, std::uint64_t seed) : inputs_(inputs), random_(seed) {}

  std::string next() {
    auto text = piece();
    for (auto rounds = 1 + below(4); rounds > 0; --rounds) change(text);
    if (text.size() > kLargest) text.resize(kLargest);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) {
    return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit);
  }

  // A stretch of some input, not larger than a mutated one may be.
  std::string piece() {
    const auto& input = inputs_[below(inputs_.size())];
    if (input.size() <= kLargest) return input;
    return input.substr(below(input.size() - kLargest), kLargest);
  }

  void change(std::string& text) {
    const auto at = below(text.size());
    switch (below(8)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text.erase(0, at);
        break;
      case 2:
        text.erase(at, below(400));
        break;
      case 3: {
        const auto other = piece();
        text.insert(at, other.substr(below(other.size()), below(4000)));
        break;
      }
      case 4:
        for (auto count = 1 + below(20); count > 0 && !text.empty(); --count)
          text[below(text.size())] = static_cast<char>(random_());
        break;
      case 5:
        for (auto count = 1 + below(20); count > 0 && !text.empty(); --count)
          text[below(text.size())] ^= static_cast<char>(1u << below(8));
        break;
      case 6: {
        // A line from elsewhere, as when two CPUs print at once.
        const auto from = text.find('\n', below(text.size()));
        const auto to = from == std::string::npos ? from : text.find('\n', from + 1);
        if (to != std::string::npos) text.insert(text.rfind('\n', at) + 1, text.substr(from + 1, to - from));
        break;
      }
      default:
        text.insert(at, text.substr(below(text.size()), below(300)));
        break;
    }
  }

  const std::vector<std::string>& inputs_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t mutations = 0;
  std::uint64_t seed = 1;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--mutations" && i + 1 < argc)
      mutations = std::strtoull(argv[++i], nullptr, 10);
    else if (argument == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else
      load(argument, inputs);
  }
  if (inputs.empty()) {
    std::fprintf(stderr, "nothing to replay\n");
    return 2;
  }
  std::signal(SIGABRT, keep_failure);
  std::signal(SIGSEGV, keep_failure);
  for (const auto& input : inputs) run(input);
  Mutator mutator(inputs, seed);
  for (std::uint64_t i = 0; i < mutations; ++i) run(mutator.next());
  std::printf("%zu inputs and %llu mutations of them\n", inputs.size(),
              static_cast<unsigned long long>(mutations));
  return 0;
}
