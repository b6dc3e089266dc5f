#include "parser/stack_list.h"

#include <simdjson.h>

#include <string>

#include "parser/scan.h"

namespace parser {

// More saves than a kernel makes in its life; their sums still fit.
constexpr std::uint64_t kMostSaves = 1'000'000'000'000;

struct StackListReader::Json {
  simdjson::dom::parser parser;
};

StackListReader::StackListReader(FrameTable& frames, Sink& sink)
    : frames_(frames), sink_(sink), json_(std::make_unique<Json>()) {}
StackListReader::~StackListReader() = default;

bool StackListReader::looks_like_record(std::string_view line) {
  return trim_left(line).starts_with("{") && line.find("\"frames\"") != std::string_view::npos;
}

void StackListReader::read(std::string_view line, std::uint64_t number) {
  simdjson::dom::object record;
  if (const auto error = json_->parser.parse(line.data(), line.size(), true).get(record)) {
    sink_.on_bad_line(number, simdjson::error_message(error));
    return;
  }
  std::string_view word;
  if (!record["op"].get(word) && word == "boot") {
    Boot boot;
    boot.line = number;
    if (!record["kernel"].get(word)) boot.release = word;
    if (!record["arch"].get(word)) boot.arch = word;
    sink_.on_boot(boot);
    std::uint64_t order = 0;
    if (!record["hash_order"].get(order) && order <= 32)
      sink_.on_hash_table(static_cast<std::uint32_t>(order));
    return;
  }
  Trace trace;
  trace.role = Role::listed;
  trace.in_depot = true;
  trace.line = number;

  simdjson::dom::array frames;
  if (record["frames"].get(frames)) return sink_.on_bad_line(number, "\"frames\" is not an array");
  for (const auto element : frames) {
    std::string_view text;
    if (element.get(text)) return sink_.on_bad_line(number, "a frame is not a string");
    if (const auto address = text.starts_with("0x") ? to_number(text, 16) : std::nullopt) {
      trace.frames.push_back({frames_.address(*address), true});
    } else if (const auto frame = frames_.parse(text)) {
      trace.frames.push_back({frame->id, true});
    } else {
      return sink_.on_bad_line(number, "a frame is neither \"0x...\" nor \"symbol+0x1f/0x40 [module]\"");
    }
    if (trace.frames.size() > Trace::kMaxFrames) return sink_.on_bad_line(number, "more than 1024 frames");
  }
  if (trace.frames.empty())
    return sink_.on_bad_line(number, "a stack without frames: the kernel does not save it");

  simdjson::dom::element value;
  if (!record["count"].get(value) && (value.get(trace.count) || trace.count == 0 || trace.count > kMostSaves))
    return sink_.on_bad_line(number, "\"count\" is not a whole number from 1 to 1,000,000,000,000");
  if (!record["evictable"].get(value)) {
    bool evictable = false;
    if (value.get(evictable)) return sink_.on_bad_line(number, "\"evictable\" is neither true nor false");
    trace.evictable = evictable;
  }
  if (!record["client"].get(value)) {
    if (value.get(word)) return sink_.on_bad_line(number, "\"client\" is not a string");
    trace.client = word;
  }
  if (!record["op"].get(value)) {
    if (value.get(word) || (word != "put" && word != "save"))
      return sink_.on_bad_line(number, "\"op\" is neither \"put\" nor \"save\"");
    trace.put = word == "put";
  }
  sink_.on_depot_trace(trace);
}

}  // namespace parser
