#include "symbolize/symbolizer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "symbolize/demangle.h"
#include "symbolize/module_set.h"
#include "symbolize/object.h"
#include "symbolize/symbol_list.h"

namespace symbolize {
namespace {

// What is to be done for one query: nothing when the answer is known; else to look up one address of its
// object, or several that compete.
struct Work {
  Object* object = nullptr;
  std::string key;                 // of the answer in the object's cache
  std::optional<Answer> known;     // found there
  std::vector<Symbol> candidates;  // empty for a raw address
  std::uint64_t raw = 0;
  std::size_t first = 0;  // index into the object's addresses
  std::size_t count = 0;
  std::string reason;  // for when the candidates turn out to be different places
  bool size_differs = false;
};

// Which byte to ask for. A return address belongs to the call before it; but the first byte of a symbol is no
// return address (a thread's entry, a work item's function), and one byte earlier would be another function.
std::uint64_t lookup_address(const Query& query, std::uint64_t address) {
  const bool at_start = !query.symbol.empty() && query.offset == 0;
  return query.exact_pc || at_start || address == 0 ? address : address - 1;
}

std::string why_no_line(Object& object, std::uint64_t address) {
  if (!object.has_dwarf()) return "no debug information";
  const char* why = object.why_lineless(address);
  return why != nullptr ? why : "no line information for this code";
}

bool same_chain(const Chain& a, const Chain& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Place& x, const Place& y) {
    return x.line == y.line && x.file == y.file && x.function == y.function;
  });
}

}  // namespace

class Symbolizer::Impl {
 public:
  Impl(Options options, std::unique_ptr<Object> kernel, std::optional<SymbolList> list)
      : options_(std::move(options)),
        kernel_(std::move(kernel)),
        list_(std::move(list)),
        modules_(options_, kernel_.get(), notices_) {
    if (kernel_ != nullptr && !kernel_->has_dwarf()) {
      notices_.push_back({"no debug information: only symbols are known", kernel_->path()});
    }
  }

  ~Impl() {
    if (kernel_ != nullptr) kernel_->answers().save();
    modules_.save_answers();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::vector<Answer> resolve(std::span<const Query> asked);
  const std::string& kernel_build_id() const { return kernel_ != nullptr ? kernel_->build_id() : no_id_; }
  const std::string& kernel_release() {
    if (!kernel_release_) kernel_release_ = kernel_ != nullptr ? kernel_->release() : std::string();
    return *kernel_release_;
  }
  std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }

 private:
  Object* object_for(const Query& query, std::string& reason);
  Object* kernel_for(const Query& query, std::string& reason);
  Work plan(const Query& query);
  Answer finish(const Query& query, const Work& work, std::span<Chain> chains) const;
  std::optional<SymbolList::Entry> listed(const Query& query) const;
  void name_from_list(const Query& query, Answer& answer);
  std::optional<Symbol> settled(const Query& query, const Work& work);
  std::vector<Answer> look_up(std::span<const Query> queries);
  void say_guess(const Query& query, const Answer& answer);

  Options options_;
  std::unique_ptr<Object> kernel_;
  std::optional<SymbolList> list_;
  bool guess_said_ = false;  // that an address was taken as it is, for want of a KASLR offset
  std::vector<Notice> notices_;
  ModuleSet modules_;
  std::string mismatch_said_;  // the log's kernel build-id that was already complained about
  std::string no_id_;
  std::optional<std::string> kernel_release_;  // once it was asked for
};

Object* Symbolizer::Impl::kernel_for(const Query& query, std::string& reason) {
  if (kernel_ == nullptr) {
    reason = "no vmlinux was given";
    return nullptr;
  }
  if (query.build_id.empty() || kernel_->build_id().empty() ||
      same_build_id(query.build_id, kernel_->build_id())) {
    return kernel_.get();
  }
  std::string differs = "build-id differs: the log has " + std::string(query.build_id) + ", " +
                        kernel_->path() + " has " + kernel_->build_id();
  if (mismatch_said_ != query.build_id) notices_.push_back({differs, kernel_->path()});
  mismatch_said_ = query.build_id;
  if (options_.allow_mismatch) return kernel_.get();
  reason = std::move(differs);
  return nullptr;
}

Object* Symbolizer::Impl::object_for(const Query& query, std::string& reason) {
  if (query.module.empty()) return kernel_for(query, reason);
  const ModuleSet::Found& found = modules_.get(query.module, query.build_id);
  reason = found.reason;
  return found.object;
}

Work Symbolizer::Impl::plan(const Query& query) {
  Work work;
  work.object = object_for(query, work.reason);
  if (work.object == nullptr) return work;
  const std::optional<std::uint64_t> kaslr = query.kaslr_offset ? query.kaslr_offset : options_.kaslr_offset;
  std::optional<std::uint64_t> linked;  // the address as in vmlinux
  if (query.address && query.module.empty()) linked = *query.address - kaslr.value_or(0);
  if (query.symbol.empty()) {
    if (!query.address) work.reason = "neither symbol nor address";
    if (query.address && !linked) work.reason = "address in a module: where it was loaded is not known";
    if (!linked) return work;
    work.raw = *linked;
    if (!work.object->holds_code(lookup_address(query, work.raw))) {
      work.reason = "address in no code of the kernel";
      if (!kaslr) work.reason += ", KASLR offset not known";
      return work;
    }
  }
  work.key = AnswerCache::key(query, linked);
  work.known = work.object->answers().find(work.key);
  if (work.known) return work;
  work.count = 1;
  if (!query.symbol.empty()) {
    SymbolHits hits =
        work.object->symbols().find({query.symbol, query.offset, query.size, linked, query.exact_pc});
    work.candidates = std::move(hits.candidates);
    work.reason = std::move(hits.reason);
    work.size_differs = hits.size_differs;
    work.count = work.candidates.size();
  }
  return work;
}

Answer Symbolizer::Impl::finish(const Query& query, const Work& work, std::span<Chain> chains) const {
  Answer answer;
  answer.reason = work.reason;
  if (chains.empty()) return answer;
  // Duplicates that come from one header are one place in the source, and that is all that was asked.
  for (const Chain& chain : chains) {
    if (same_chain(chain, chains.front()) && (!chain.empty() || chains.size() == 1)) continue;
    answer.candidates = chains.size();
    return answer;
  }
  answer.reason.clear();
  answer.size_differs = work.size_differs;
  Location location;
  location.address = work.candidates.empty() ? work.raw : work.candidates.front().address + query.offset;
  const std::optional<Symbol> symbol =
      work.object->symbols().covering(lookup_address(query, location.address));
  if (symbol && !work.candidates.empty() && symbol->address == work.candidates.front().address) {
    location.function = demangled(query.symbol);
  } else if (symbol) {
    location.function = demangled(symbol->name);
  }
  if (symbol) {
    location.symbol = symbol->name;
    location.offset = location.address - symbol->address;
    location.size = symbol->size;
  }
  Chain& chain = chains.front();
  if (chain.empty()) {
    answer.reason = why_no_line(*work.object, lookup_address(query, location.address));
  } else {
    Place& outermost = chain.back();
    if (location.function.empty()) location.function = outermost.function;
    location.file = std::move(outermost.file);
    location.line = outermost.line;
    chain.pop_back();
    location.inlined = std::move(chain);
    if (location.file.empty()) answer.reason = "no line information for this address";
  }
  if (location.function.empty() && location.file.empty()) {
    answer.reason = "no symbol at this address";
  } else {
    answer.location = std::move(location);
  }
  return answer;
}

// Which of several functions of one name the frames next to it mean: the one that its caller's code calls,
// else the one that shares a compilation unit with a neighbour, as static functions do with those that call
// them.
std::optional<Symbol> Symbolizer::Impl::settled(const Query& query, const Work& work) {
  const auto only = [&](const auto& fits) -> std::optional<Symbol> {
    std::optional<Symbol> found;
    for (const Symbol& candidate : work.candidates) {
      if (!fits(candidate)) continue;
      if (found) return std::nullopt;
      found = candidate;
    }
    return found;
  };
  for (const Query* neighbour : {query.caller, query.callee}) {
    if (neighbour == nullptr || neighbour->symbol.empty() ||
        module_key(neighbour->module) != module_key(query.module)) {
      continue;
    }
    const SymbolHits hits = work.object->symbols().find(
        {neighbour->symbol, neighbour->offset, neighbour->size, std::nullopt, neighbour->exact_pc});
    if (hits.candidates.size() != 1) continue;
    const std::uint64_t address = hits.candidates.front().address + neighbour->offset;
    if (neighbour == query.caller && !neighbour->exact_pc) {
      const std::optional<std::uint64_t> target = work.object->call_target(address);
      const std::optional<Symbol> called =
          only([&](const Symbol& symbol) { return target == symbol.address; });
      if (called) return called;
    }
    const std::optional<Dwarf_Off> unit = work.object->unit_of(lookup_address(*neighbour, address));
    if (!unit) continue;
    const std::optional<Symbol> beside =
        only([&](const Symbol& symbol) { return work.object->unit_of(symbol.address) == unit; });
    if (beside) return beside;
  }
  return std::nullopt;
}

std::vector<Answer> Symbolizer::Impl::look_up(std::span<const Query> queries) {
  for (const Query& query : queries) modules_.remember_id(query.module, query.build_id);
  std::vector<Work> works;
  works.reserve(queries.size());
  std::unordered_map<Object*, std::vector<std::uint64_t>> batches;
  for (const Query& query : queries) {
    Work work = plan(query);
    if (work.count > 0) {
      std::vector<std::uint64_t>& batch = batches[work.object];
      work.first = batch.size();
      for (std::size_t i = 0; i < work.count; ++i) {
        const std::uint64_t address =
            work.candidates.empty() ? work.raw : work.candidates[i].address + query.offset;
        batch.push_back(lookup_address(query, address));
      }
    }
    works.push_back(std::move(work));
  }
  std::unordered_map<Object*, std::vector<Chain>> chains;
  for (const auto& batch : batches) chains[batch.first] = batch.first->lookup(batch.second);

  std::vector<Answer> answers;
  answers.reserve(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Work& work = works[i];
    if (work.known) {
      answers.push_back(std::move(*work.known));
      continue;
    }
    std::span<Chain> mine;
    if (work.count > 0) mine = std::span(chains[work.object]).subspan(work.first, work.count);
    answers.push_back(finish(queries[i], work, mine));
    if (answers.back().candidates > 0) {
      // Of this trace only: neither the settled answer nor that it was not settled is to be remembered.
      if (const std::optional<Symbol> symbol = settled(queries[i], work)) {
        work.candidates = {*symbol};
        std::vector<Chain> chosen =
            work.object->lookup(std::vector{lookup_address(queries[i], symbol->address + queries[i].offset)});
        answers.back() = finish(queries[i], work, chosen);
      }
      continue;
    }
    // A debug file, installed later, would better an answer that was given without one.
    if (!work.key.empty() && work.object->has_dwarf())
      work.object->answers().add(std::move(work.key), answers.back());
  }
  return answers;
}

// The entry of the list for an address without a symbol. A list of the running kernel has the addresses of
// its boot.
std::optional<SymbolList::Entry> Symbolizer::Impl::listed(const Query& query) const {
  if (!list_ || !query.symbol.empty() || !query.address) return std::nullopt;
  const std::optional<std::uint64_t> kaslr = query.kaslr_offset ? query.kaslr_offset : options_.kaslr_offset;
  const std::uint64_t address = *query.address - (list_->of_running_kernel() ? 0 : kaslr.value_or(0));
  std::optional<SymbolList::Entry> found = list_->covering(lookup_address(query, address));
  if (found) found->address = address - found->address;  // the offset from here on
  return found;
}

// Without an ELF file the list still tells whether there is such a function.
void Symbolizer::Impl::name_from_list(const Query& query, Answer& answer) {
  const std::vector<SymbolList::Entry> found = list_->named(query.symbol, query.module);
  if (found.empty()) {
    // Modules that are not loaded any more are in no list.
    if (query.module.empty()) answer.reason = "no such symbol";
    return;
  }
  const auto fits = [&](const SymbolList::Entry& entry) { return !query.size || *query.size == entry.size; };
  const auto best = std::find_if(found.begin(), found.end(), fits);
  const SymbolList::Entry& entry = best != found.end() ? *best : found.front();
  if (entry.size != 0 && query.offset > entry.size) {
    answer.reason = "offset beyond symbol";
    return;
  }
  answer.size_differs = best == found.end();
  answer.reason = "names only: " + options_.symbols_path + " has no lines";
  Location location;
  location.function = demangled(query.symbol);
  location.symbol = query.symbol;
  location.offset = query.offset;
  location.size = entry.size;
  answer.location = std::move(location);
}

// An address of a 64-bit kernel that KASLR may have moved, and nobody knows by how much, may be any
// function's.
void Symbolizer::Impl::say_guess(const Query& query, const Answer& answer) {
  if (guess_said_ || !query.symbol.empty() || !query.address || (*query.address >> 63) == 0 ||
      !answer.location)
    return;
  if (query.kaslr_offset || options_.kaslr_offset || (list_ && list_->of_running_kernel())) return;
  guess_said_ = true;
  notices_.push_back(
      {"no KASLR offset is known: addresses without a symbol are taken as if the kernel had not been moved",
       ""});
}

std::vector<Answer> Symbolizer::Impl::resolve(std::span<const Query> asked) {
  std::vector<Query> queries(asked.begin(), asked.end());
  std::vector<std::optional<SymbolList::Entry>> entries(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Query& query = queries[i];
    entries[i] = listed(query);
    if (!entries[i]) continue;
    query.symbol = entries[i]->name;
    query.module = entries[i]->module;
    query.offset = entries[i]->address;
    query.size = entries[i]->size;
    query.address.reset();
    if (!query.module.empty()) query.build_id = {};
  }
  std::vector<Answer> answers = look_up(queries);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Answer& answer = answers[i];
    const bool no_file = queries[i].module.empty() ? kernel_ == nullptr : options_.module_dirs.empty();
    if (list_ && no_file && !queries[i].symbol.empty()) name_from_list(queries[i], answer);
    if (entries[i]) {
      // The kernel's own name for the place, which the user sees, whatever file the line came from.
      if (!answer.location) answer.location.emplace();
      Location& location = *answer.location;
      if (location.function.empty()) location.function = demangled(entries[i]->name);
      location.symbol = entries[i]->name;
      location.module = entries[i]->module;
      location.offset = entries[i]->address;
      location.size = entries[i]->size;
    }
    say_guess(asked[i], answer);
  }
  return answers;
}

Result<Symbolizer> Symbolizer::open(Options options) {
  std::unique_ptr<Object> kernel;
  if (!options.vmlinux.empty()) {
    Result<ElfFile> file = ElfFile::open(options.vmlinux);
    if (!file) return file.failure();
    const Object::Context context{options.debug_dirs, options.strip_prefix, nullptr, options.cache_dir};
    kernel = std::make_unique<Object>(std::move(file).value(), context);
    if (!kernel->has_dwarf() && kernel->symbols().empty()) {
      return Failure{"neither symbols nor debug information", options.vmlinux,
                     "use the vmlinux of the build or of the distribution's debug package"};
    }
  }
  std::optional<SymbolList> list;
  if (!options.symbols.empty()) {
    Result<SymbolList> read = SymbolList::read(std::exchange(options.symbols, {}), options.symbols_path);
    if (!read) return read.failure();
    list = std::move(read).value();
  }
  return Symbolizer(std::make_unique<Impl>(std::move(options), std::move(kernel), std::move(list)));
}

Symbolizer::Symbolizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Symbolizer::Symbolizer(Symbolizer&&) noexcept = default;
Symbolizer& Symbolizer::operator=(Symbolizer&&) noexcept = default;
Symbolizer::~Symbolizer() = default;

std::vector<Answer> Symbolizer::resolve(std::span<const Query> queries) {
  return impl_->resolve(queries);
}
const std::string& Symbolizer::kernel_build_id() const {
  return impl_->kernel_build_id();
}
const std::string& Symbolizer::kernel_release() const {
  return impl_->kernel_release();
}
std::vector<Notice> Symbolizer::take_notices() {
  return impl_->take_notices();
}

}  // namespace symbolize
