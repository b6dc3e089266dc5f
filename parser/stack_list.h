// Our interchange format, NDJSON: {"frames": ["0xffffffff81234567" | "symbol+0x1f/0x40 [module]", ...],
// "count": 3, "evictable": false, "client": "slub_alloc", "op": "put"}; frames innermost first, the rest
// optional. {"op": "boot", "frames": [], "kernel": "6.12.117-lab", "arch": "x86_64", "hash_order": 20} begins
// a boot, or names the kernel of the stacks before it if there was no such line yet.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "parser/frame_table.h"
#include "parser/sink.h"

namespace parser {

class StackListReader {
 public:
  StackListReader(FrameTable& frames, Sink& sink);
  ~StackListReader();

  static bool looks_like_record(std::string_view line);
  // Hands the record to the sink as a trace, or says what is wrong with it.
  void read(std::string_view line, std::uint64_t number);

 private:
  struct Json;  // keeps simdjson's header out of here

  FrameTable& frames_;
  Sink& sink_;
  std::unique_ptr<Json> json_;
};

}  // namespace parser
