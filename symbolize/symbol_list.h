// The kernel's symbols as text, System.map or /proc/kallsyms: names for addresses where there is no ELF file,
// or where only the running kernel knows what was loaded where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolize/result.h"

namespace symbolize {

class SymbolList {
 public:
  // Code only. Views point into the list.
  struct Entry {
    std::string_view name;
    std::string_view module;  // empty for the kernel proper
    std::uint64_t address = 0;
    std::uint64_t size = 0;  // bytes to the next symbol of any kind: what %pS prints
  };

  // Takes the text over; `path` is for messages. Fails when it is no list of symbols, or one whose addresses
  // were hidden from whoever read it.
  static Result<SymbolList> read(std::string text, const std::string& path);
  // Whether the text begins as these lists do.
  static bool looks_like_one(std::string_view text);

  // The addresses are those of a running kernel, KASLR included: it lists modules, as System.map never does.
  bool of_running_kernel() const { return of_running_kernel_; }

  // The symbol that covers the address; of several at one place the first, as the kernel prints it.
  std::optional<Entry> covering(std::uint64_t address) const;
  // All code of that name and module, by address.
  std::vector<Entry> named(std::string_view name, std::string_view module);

 private:
  struct Row {
    std::uint64_t address = 0;
    std::uint32_t name = 0;  // offset in text_
    std::uint16_t name_size = 0;
    std::uint16_t module_size = 0;  // 0: none
    std::uint32_t module = 0;       // offset in text_
    bool code = false;
  };
  SymbolList() = default;
  Entry entry(std::size_t index) const;
  std::string_view name_of(std::uint32_t index) const;

  std::string text_;
  std::vector<Row> rows_;               // by address
  std::vector<std::uint32_t> by_name_;  // code only, indices into rows_; made when first asked for
  bool of_running_kernel_ = false;
};

}  // namespace symbolize
