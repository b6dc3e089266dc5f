// A log streamed through with source lines written to it: bytes in, bytes out, everything else untouched.
// What has come in is worked on as one batch, since frames that fall into the same unit of the debug
// information share the work; a batch ends when the input pauses or kBatch bytes wait.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/render/annotation.h"
#include "parser/code_reference.h"
#include "symbolize/query.h"

namespace cli {

class LogAnnotator {
 public:
  static constexpr std::size_t kBatch = std::size_t{8} << 20;
  static constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // longer ones name no code
  static constexpr std::size_t kMostAnswers = 50'000;                 // remembered here

  using Resolve = std::function<std::vector<symbolize::Answer>(std::span<const symbolize::Query>)>;
  using Write = std::function<void(std::string_view)>;

  LogAnnotator(const render::AnnotationOptions& options, Resolve resolve, Write write)
      : options_(options), resolve_(std::move(resolve)), write_(std::move(write)) {}

  void feed(std::string_view chunk);
  // Writes all whole lines that are here.
  void pause();
  // Ends an input: the last line, whatever it ends in; the next log begins with nothing known.
  void end_input();

  struct Counts {
    std::uint64_t references = 0;                  // that were asked for
    std::uint64_t without_line = 0;                // of these
    std::map<std::string, std::uint64_t> reasons;  // of those, how often each; kMostReasons at most
    static constexpr std::size_t kMostReasons = 1000;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  // What is known of the kernel that speaks in some lines.
  struct Image {
    std::optional<std::uint64_t> kaslr_offset;
    std::string build_id;
  };
  struct Reference {
    parser::CodeReference reference;  // by the bytes of the raw line
    std::size_t image = 0;
    const symbolize::Answer* answer = nullptr;
  };
  struct Line {
    std::size_t begin = 0;  // in the batch
    std::size_t size = 0;   // without its end
    std::size_t end = 0;    // behind its end
    std::size_t first = 0;  // in references_
    std::size_t count = 0;
  };

  void work(std::string_view batch);
  void read_line(std::string_view batch, std::size_t begin, std::size_t end);
  void ask();
  void settle();
  const Reference* neighbour(std::size_t index, int step) const;
  symbolize::Query query_of(const Reference& reference) const;
  void print(std::string_view batch);
  void count(const symbolize::Answer& answer);
  void pass(std::string_view bytes) const;

  render::AnnotationOptions options_;
  Resolve resolve_;
  Write write_;
  std::string held_;
  parser::CodeReferences finder_;
  std::vector<Image> images_{1};  // boots of the batch; the last one goes on
  std::vector<Reference> references_;
  std::vector<Line> lines_;       // those with references
  std::deque<std::string> kept_;  // lines that were cleaned, for the references' views
  std::unordered_map<std::string, symbolize::Answer> answers_;
  std::deque<symbolize::Answer> settled_;  // of the batch: those that the frames around them decided
  Counts counts_;
};

}  // namespace cli
