#include "symbolize/object.h"

#include <algorithm>

#include "symbolize/call_target.h"
#include "symbolize/debug_file.h"

namespace symbolize {

namespace {

// Beside the file itself, its paths depend on what was asked to be stripped and on whose tree a module
// belongs to.
CachePlace cache_place(const ElfFile& file, const Object::Context& context) {
  std::string depends = context.strip_prefix ? "strip " + *context.strip_prefix : "guess";
  if (context.kernel != nullptr) depends += " kernel " + context.kernel->build_id();
  return {context.cache_dir, file.build_id(), depends};
}

}  // namespace

Object::Object(ElfFile file, const Context& context)
    : file_(std::move(file)),
      strip_prefix_(context.strip_prefix),
      kernel_(context.kernel),
      answers_(cache_place(file_, context)) {
  if (file_.has_dwarf()) return;
  Result<ElfFile> debug = open_debug_file(file_, context.debug_dirs);
  if (debug) debug_file_ = std::move(debug).value();
}

const SymbolTable& Object::symbols() {
  if (!symbols_) {
    symbols_.emplace(dwarf_file());
    // eu-strip leaves the table in the stripped file when asked to.
    if (debug_file_ && symbols_->empty()) symbols_.emplace(file_);
  }
  return *symbols_;
}

DebugInfo* Object::debug() {
  if (debug_ == nullptr && has_dwarf()) debug_ = std::make_unique<DebugInfo>(dwarf_file());
  return debug_.get();
}

std::string Object::release() const {
  // linux_banner: "Linux version 6.12.117-lab (lab@lab) (gcc ...) #2 SMP ..."
  constexpr std::string_view kWords = "Linux version ";
  for (const auto& section : file_.sections()) {
    if (section.name != ".rodata") continue;
    const std::string_view bytes(reinterpret_cast<const char*>(section.bytes.data()), section.bytes.size());
    for (auto at = bytes.find(kWords); at != std::string_view::npos; at = bytes.find(kWords, at + 1)) {
      const auto rest = bytes.substr(at + kWords.size());
      const auto word = rest.substr(0, rest.find_first_of(std::string_view(" \0", 2)));
      if (!word.empty() && word.front() >= '0' && word.front() <= '9' &&
          rest.substr(word.size()).starts_with(" ("))
        return std::string(word);
    }
  }
  return {};
}

bool Object::holds_code(std::uint64_t address) const {
  const std::span<const Section> sections = file_.sections();
  return std::any_of(sections.begin(), sections.end(), [address](const Section& section) {
    return section.executable && address >= section.address && address - section.address < section.size;
  });
}

std::optional<Dwarf_Off> Object::unit_of(std::uint64_t address) {
  return debug() != nullptr ? debug()->unit_of(address) : std::nullopt;
}

std::optional<std::uint64_t> Object::call_target(std::uint64_t return_address) const {
  return symbolize::call_target(file_, return_address);
}

const PathStripper& Object::paths() {
  if (paths_) return *paths_;
  paths_ = kernel_ != nullptr ? kernel_->paths() : PathStripper();
  if (strip_prefix_) {
    paths_->fix(*strip_prefix_);
  } else if (debug() != nullptr) {
    // start_kernel is in init/main.c of every kernel; a module shows its build directory in any unit.
    const std::vector<Symbol> start = symbols().named("start_kernel");
    const std::optional<Dwarf_Off> unit =
        start.empty() ? debug()->first_unit() : debug()->unit_of(start.front().address);
    if (unit) paths_->learn(dwarf_file().dwarf(), *unit);
  }
  return *paths_;
}

const char* Object::why_lineless(std::uint64_t address) {
  const std::optional<Symbol> symbol = symbols().covering(address);
  if (!symbol) return nullptr;
  // x86 kernels name the room in front of a function, where tracers patch in a call, and the jumps that
  // static calls go through. Both are assembler that no compilation unit claims.
  if (symbol->name.substr(0, 6) == "__pfx_") return "padding in front of a function: no line there";
  if (symbol->name.substr(0, 7) == "__SCT__") return "trampoline of a static call: no line there";
  const bool behind = symbol->elf_size > 0 && address - symbol->address >= symbol->elf_size;
  return behind ? "padding behind a function: no line there" : nullptr;
}

std::vector<Chain> Object::lookup(std::span<const std::uint64_t> addresses) {
  if (debug() == nullptr) return std::vector<Chain>(addresses.size());
  std::vector<DebugInfo::Wanted> wanted;
  wanted.reserve(addresses.size());
  for (const std::uint64_t address : addresses) wanted.push_back({address, why_lineless(address) != nullptr});
  std::vector<Chain> chains = debug()->lookup(wanted);
  for (Chain& chain : chains) {
    for (Place& place : chain) {
      if (!place.file.empty()) place.file = paths().strip(place.file);
    }
  }
  return chains;
}

}  // namespace symbolize
