// Writes the stack list (NDJSON) that parser/stack_list.h reads.
#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <unordered_map>

#include "cli/stack_collection.h"

namespace cli::render {

class StackListWriter {
 public:
  // `collection` must outlive the writer.
  explicit StackListWriter(const StackCollection& collection) : collection_(collection) {}
  void write(const StackEvent& event, std::ostream& out);

 private:
  const std::string& quoted(std::uint64_t word);

  const StackCollection& collection_;
  std::unordered_map<std::uint64_t, std::string> quoted_;  // frames as JSON strings
};

}  // namespace cli::render
