#include "symbolize/symbol_list.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "symbolize/module_finder.h"

namespace symbolize {
namespace {

constexpr std::size_t kLongest = 1024;  // of a name; the kernel has room for 512
constexpr std::size_t kMostBytes = std::numeric_limits<std::uint32_t>::max();

struct Line {
  std::uint64_t address = 0;
  char type = 0;
  std::string_view name;
  std::string_view module;
};

// "ffffffff81000000 T _text", "ffffffffc0123000 t trig_write\t[labmod]"
std::optional<Line> read_line(std::string_view text) {
  Line line;
  if (text.ends_with('\r')) text.remove_suffix(1);
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, line.address, 16);
  const auto digits = static_cast<std::size_t>(after - text.data());
  if (error != std::errc() || digits < 8 || end - after < 4 || after[0] != ' ' || after[2] != ' ')
    return std::nullopt;
  line.type = after[1];
  auto rest = text.substr(digits + 3);
  const std::size_t name = std::min(rest.find_first_of("\t "), rest.size());
  line.name = rest.substr(0, name);
  rest.remove_prefix(name);
  const std::size_t open = rest.find('[');
  if (open != std::string_view::npos && rest.ends_with(']'))
    line.module = rest.substr(open + 1, rest.size() - open - 2);
  if (line.name.empty() || line.name.size() > kLongest || line.module.size() > kLongest) return std::nullopt;
  return line;
}

bool is_code(char type) {
  return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

}  // namespace

bool SymbolList::looks_like_one(std::string_view text) {
  return read_line(text.substr(0, std::min(text.find('\n'), kLongest))).has_value();
}

Result<SymbolList> SymbolList::read(std::string text, const std::string& path) {
  SymbolList list;
  if (text.size() > kMostBytes) return Failure{"too large for a list of symbols", path, ""};
  list.text_ = std::move(text);
  const std::string_view all = list.text_;
  bool hidden = true;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::optional<Line> line = read_line(all.substr(at, end - at));
    at = end + 1;
    if (!line) {
      if (list.rows_.empty())
        break;  // not the first line: a list that was cut or mixed is still worth its rest
      continue;
    }
    hidden = hidden && line->address == 0;
    // Absolute symbols and offsets of per-CPU variables are no places in memory.
    if (line->type == 'a' || line->type == 'A' || line->address == 0) continue;
    Row row;
    row.address = line->address;
    row.name = static_cast<std::uint32_t>(line->name.data() - all.data());
    row.name_size = static_cast<std::uint16_t>(line->name.size());
    if (!line->module.empty()) {
      row.module = static_cast<std::uint32_t>(line->module.data() - all.data());
      row.module_size = static_cast<std::uint16_t>(line->module.size());
      list.of_running_kernel_ = true;
    }
    row.code = is_code(line->type);
    list.rows_.push_back(row);
  }
  if (list.rows_.empty() && hidden && looks_like_one(all)) {
    return Failure{"all addresses are 0", path,
                   "the kernel hides them: read the file as root, or set kernel.kptr_restrict=0"};
  }
  if (list.rows_.empty()) return Failure{"no list of symbols", path, "System.map and /proc/kallsyms are"};
  std::stable_sort(list.rows_.begin(), list.rows_.end(),
                   [](const Row& a, const Row& b) { return a.address < b.address; });
  return list;
}

SymbolList::Entry SymbolList::entry(std::size_t index) const {
  const Row& row = rows_[index];
  const std::string_view all = text_;
  Entry found;
  found.name = all.substr(row.name, row.name_size);
  found.module = all.substr(row.module, row.module_size);
  found.address = row.address;
  const auto next =
      std::upper_bound(rows_.begin(), rows_.end(), row.address,
                       [](std::uint64_t value, const Row& other) { return value < other.address; });
  if (next != rows_.end()) found.size = next->address - row.address;
  return found;
}

std::optional<SymbolList::Entry> SymbolList::covering(std::uint64_t address) const {
  auto at = std::upper_bound(rows_.begin(), rows_.end(), address,
                             [](std::uint64_t value, const Row& row) { return value < row.address; });
  if (at == rows_.begin()) return std::nullopt;
  const std::uint64_t start = std::prev(at)->address;
  const auto first = std::lower_bound(
      rows_.begin(), at, start, [](const Row& row, std::uint64_t value) { return row.address < value; });
  const auto code = std::find_if(first, at, [](const Row& row) { return row.code; });
  if (code == at) return std::nullopt;
  const Entry found = entry(static_cast<std::size_t>(code - rows_.begin()));
  // The last symbol of a list has no end that is known; beyond a gap nothing is.
  constexpr std::uint64_t kLongestFunction = std::uint64_t{1} << 20;
  if (address - start >= (found.size != 0 ? found.size : kLongestFunction)) return std::nullopt;
  if (address - start >= kLongestFunction) return std::nullopt;
  return found;
}

std::string_view SymbolList::name_of(std::uint32_t index) const {
  return std::string_view(text_).substr(rows_[index].name, rows_[index].name_size);
}

std::vector<SymbolList::Entry> SymbolList::named(std::string_view name, std::string_view module) {
  if (by_name_.empty()) {
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].code) by_name_.push_back(i);
    }
    std::stable_sort(by_name_.begin(), by_name_.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return name_of(a) < name_of(b); });
  }
  std::vector<Entry> found;
  const std::string key = module_key(module);
  auto at = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [this](std::uint32_t index, std::string_view value) { return name_of(index) < value; });
  for (; at != by_name_.end() && name_of(*at) == name; ++at) {
    const Entry there = entry(*at);
    if (module_key(there.module) == key) found.push_back(there);
  }
  return found;
}

}  // namespace symbolize
