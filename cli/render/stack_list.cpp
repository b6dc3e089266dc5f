#include "cli/render/stack_list.h"

#include "cli/render/escape.h"
#include "cli/render/frame_text.h"
#include "cli/render/json_parts.h"

namespace cli::render {

const std::string& StackListWriter::quoted(std::uint64_t word) {
  auto& text = quoted_[word];
  if (text.empty()) text = dumped(valid_utf8(stored_frame_text(collection_.frame(word))));
  return text;
}

void StackListWriter::write(const StackEvent& event, std::ostream& out) {
  if (event.kind == StackEvent::Kind::boot) {
    const auto& [release, arch, hash_order] = collection_.boots()[event.boot];
    Json json{{"op", "boot"}, {"frames", Json::array()}};
    if (!release.empty()) json["kernel"] = valid_utf8(release);
    if (!arch.empty()) json["arch"] = valid_utf8(arch);
    if (hash_order) json["hash_order"] = *hash_order;
    out << dumped(json) << "\n";
    return;
  }
  out << "{\"frames\":[";
  const char* separator = "";
  for (const auto word : collection_.words(event.stack)) {
    out << separator << quoted(word);
    separator = ",";
  }
  out << "]";
  if (event.count != 1) out << ",\"count\":" << event.count;
  if (event.evictable) out << ",\"evictable\":" << (*event.evictable ? "true" : "false");
  const auto& client = collection_.clients()[event.client];
  if (client != depot::client_name(depot::Client::kUnknown))
    out << ",\"client\":" << dumped(valid_utf8(client));
  if (event.kind == StackEvent::Kind::put) out << ",\"op\":\"put\"";
  out << "}\n";
}

}  // namespace cli::render
