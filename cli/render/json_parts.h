// What the JSON documents of several commands are made of.
#pragma once
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "cli/analysis.h"

namespace cli::render {

using Json = nlohmann::ordered_json;

// { "path", "kind", "bytes", "lines" }
Json input_json(const InputFacts& input);

// What a config is: name, kernel, page_size, word, max_frames.
Json config_json(const depot::Config& config, bool is_log);

// The same with what its depot takes, byte by byte.
Json config_json(const depot::Config& config, const depot::Accounting& accounting, bool is_log);

inline std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A list, an element per line, so that a large document can be read and compared.
template <typename Count, typename Element>
void write_list(std::ostream& out, const char* key, Count count, Element&& element) {
  out << "  \"" << key << "\": [";
  for (Count i = 0; i < count; ++i) out << (i == 0 ? "\n    " : ",\n    ") << dumped(element(i));
  out << (count == 0 ? "]" : "\n  ]");
}

}  // namespace cli::render
