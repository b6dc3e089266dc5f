#include "cli/render/diff_words.h"

#include "cli/render/facts_text.h"
#include "cli/render/numbers.h"

namespace cli::render {

std::string signed_count(const Pair<std::uint64_t>& pair) {
  if (pair.before == pair.after) return "0";
  return pair.after > pair.before ? "+" + grouped(pair.after - pair.before)
                                  : "-" + grouped(pair.before - pair.after);
}

std::string signed_kib(const Pair<std::uint64_t>& pair) {
  if (pair.before == pair.after) return "0 B";
  return pair.after > pair.before ? "+" + kib(pair.after - pair.before) : "-" + kib(pair.before - pair.after);
}

std::string from_to(const Pair<std::uint64_t>& pair) {
  return grouped(pair.before) + " -> " + grouped(pair.after);
}

std::string side_name(const std::vector<InputFacts>& inputs) {
  return inputs.size() == 1 ? inputs.front().path : plural(inputs.size(), "input", "inputs");
}

std::string stack_counts(const Comparison& comparison) {
  std::string text;
  for (const auto change : {Change::appeared, Change::gone, Change::grown, Change::shrunk})
    text += grouped(comparison.count_stacks(change)) + " " + std::string(change_name(change)) + ", ";
  return text + grouped(comparison.stacks_same) + " as before";
}

std::string key_note(const Comparison& comparison) {
  if (comparison.addresses_only)
    return "Some frames are addresses without a symbol: such stacks meet only within one boot of one kernel.";
  if (comparison.key == StackKey::names) return {};
  const auto lost = comparison.count_stacks(Change::appeared) + comparison.count_stacks(Change::gone);
  return lost > 0 && lost == comparison.stacks.size() && comparison.stacks_same == 0
             ? "No stack is in both inputs. Are these two builds? Then --key names compares functions "
               "without "
               "offsets."
             : "";
}

std::string key_text(std::uint64_t key) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; key >>= 4) text[i] = "0123456789abcdef"[key & 15];
  return text;
}

}  // namespace cli::render
