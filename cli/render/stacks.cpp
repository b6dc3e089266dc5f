#include "cli/render/stacks.h"

#include <algorithm>
#include <string>

#include "cli/render/escape.h"
#include "cli/render/frame_text.h"
#include "cli/render/json_parts.h"
#include "cli/render/numbers.h"
#include "cli/render/style.h"

namespace cli::render {
namespace {

// Each client's name, in order of first sight.
template <typename Take>
void each_client(const StackCollection& collection, depot::StackId id, Take&& take) {
  for (std::size_t i = 0; i < collection.clients().size(); ++i)
    if ((collection.stacks()[id].clients >> i & 1) != 0) take(collection.clients()[i]);
}

// A function's name without offset: what flame graphs add up. Blanks and ';' would end it.
std::string folded_frame(const parser::Frame& frame) {
  auto text = frame.symbol.empty() ? hex(frame.address) : std::string(frame.symbol);
  if (!frame.module.empty()) text.append("_[").append(frame.module).append("]");
  text = for_terminal(text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ';' || c == ' '; }, '_');
  return text;
}

// As kernels print it: %08x.
std::string handle_text(std::uint32_t handle) {
  const auto digits = hex(handle).substr(2);
  return std::string(8 - digits.size(), '0') + digits;
}

}  // namespace

void stacks_text(const StackCollection& collection, const StackRows& rows, const Screen& screen,
                 std::ostream& out) {
  auto head = grouped(rows.unique) + (rows.unique == 1 ? " unique stack, " : " unique stacks, ") +
              grouped(rows.saves) + (rows.saves == 1 ? " save" : " saves");
  if (rows.unique < rows.total_unique || rows.saves < rows.total_saves)
    head += ", of " + grouped(rows.total_unique) + " and " + grouped(rows.total_saves) + " in the input";
  if (rows.rows.size() < rows.unique)
    head += "; the first " + grouped(rows.rows.size()) + " (--top 0 shows all)";
  head += ". Bytes: " + for_terminal(rows.config.name);
  head = wrapped(head, std::min(screen.width, kProse), "  ");
  out << styled(screen, Style::bold, head.substr(0, head.size() - 1)) << "\n";
  for (const auto& row : rows.rows) {
    const auto& stack = collection.stacks()[row.id];
    std::string clients;
    each_client(collection, row.id, [&](const std::string& name) {
      clients += (clients.empty() ? "" : ", ") + for_terminal(name);
    });
    const auto line = grouped(stack.count) + (stack.count == 1 ? " save   " : " saves   ") +
                      grouped(row.bytes) + " bytes   " + std::to_string(row.depth) +
                      (row.depth == 1 ? " frame   " : " frames   ") + clients +
                      (row.handle ? "   handle " + handle_text(*row.handle) : "");
    out << "\n" << styled(screen, Style::green, cut(line, screen.width)) << "\n";
    for (const auto word : collection.words(row.id))
      out << cut("    " + for_terminal(frame_text(collection.frame(word))), screen.width) << "\n";
  }
}

void stacks_json(const Analysis& analysis, const StackCollection& collection, const StackRows& rows,
                 std::ostream& out) {
  out << "{\n  \"schema\": \"depot-analyze/stacks/1\",\n";
  write_list(out, "inputs", analysis.inputs.size(),
             [&](std::size_t i) { return input_json(analysis.inputs[i]); });
  out << ",\n  \"config\": "
      << dumped({{"name", valid_utf8(rows.config.name)}, {"kernel", rows.config.kernel.to_string()}})
      << ",\n  \"saves\": " << rows.saves << ",\n  \"unique\": " << rows.unique << ",\n";
  write_list(out, "stacks", rows.rows.size(), [&](std::size_t i) {
    const auto& row = rows.rows[i];
    Json json{{"count", collection.stacks()[row.id].count}, {"bytes", row.bytes}, {"depth", row.depth}};
    if (row.handle) json["handle"] = "0x" + handle_text(*row.handle);
    auto& clients = json["clients"] = Json::array();
    each_client(collection, row.id, [&](const std::string& name) { clients.push_back(valid_utf8(name)); });
    auto& frames = json["frames"] = Json::array();
    for (const auto word : collection.words(row.id))
      frames.push_back(valid_utf8(stored_frame_text(collection.frame(word))));
    return json;
  });
  out << "\n}\n";
}

void stacks_folded(const StackCollection& collection, const StackRows& rows, std::ostream& out) {
  for (const auto& row : rows.rows) {
    const auto words = collection.words(row.id);
    for (auto word = words.rbegin(); word != words.rend(); ++word)
      out << (word == words.rbegin() ? "" : ";") << folded_frame(collection.frame(*word));
    out << " " << collection.stacks()[row.id].count << "\n";
  }
}

}  // namespace cli::render
