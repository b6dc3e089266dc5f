#include "parser/dumped_object.h"

#include <algorithm>

#include "parser/scan.h"

namespace parser {

bool may_tell_object(std::string_view text) {
  return (text.starts_with("slab") || text.starts_with("Register ") || text.starts_with("__call_rcu")) &&
         text.find(" pointer offset ") != std::string_view::npos;
}

std::optional<Object> read_dumped_object(std::string_view text) {
  if (!may_tell_object(text) || text.starts_with("Register ")) return std::nullopt;
  const auto start = text.find(" start ");
  const auto slab = text.substr(0, start).rfind("slab");
  if (start == std::string_view::npos || slab == std::string_view::npos) return std::nullopt;
  Object object;
  // "slab kmalloc-64", "slab/vmalloc kmalloc-64" without an MMU, "slab kmalloc-64 (kfence)"
  auto name = text.substr(slab, start - slab);
  name.remove_prefix(std::min(name.size(), name.find(' ') + 1));
  object.cache = name.substr(0, name.find(" (kfence)"));
  object.address = to_number(text.substr(start + 7, text.find(' ', start + 7) - start - 7), 16);
  if (!object.address) return std::nullopt;
  if (const auto at = text.find(" size ", start); at != std::string_view::npos) {
    auto size = text.substr(at + 6);
    object.size = take_number<std::uint64_t>(size);
  }
  return object;
}

bool dumps_depot_stacks(std::string_view release) {
  const auto major = take_number<std::uint32_t>(release);
  if (!major || !skip(release, ".")) return true;
  const auto minor = take_number<std::uint32_t>(release);
  return *major > 5 || (*major == 5 && minor.value_or(19) >= 19);
}

}  // namespace parser
