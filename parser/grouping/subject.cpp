#include "parser/grouping/subject.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "parser/functions.h"

namespace parser {
namespace {

// A hostile log must not make one title's alternatives grow for ever. The first ones stay, in whatever order
// they come.
constexpr std::size_t kMaxAltTitles = 64;

// Caches that belong to nobody: kmalloc-64, kmalloc-cg-1k, kmalloc-rnd-03-96, dma-kmalloc-8, and the
// "kmalloc-8" of merged caches.
bool is_shared_cache(std::string_view cache) {
  return cache.starts_with("kmalloc-") || cache.starts_with("dma-kmalloc-") || cache.starts_with(":");
}

}  // namespace

// SLUB and kmemleak find what somebody else did earlier; all their call traces are of the same few checks.
bool is_telling(Role role, Family family) {
  switch (family) {
    case Family::slub:
      return role == Role::slub_alloc;
    case Family::kmemleak:
      return role == Role::kmemleak;
    default:
      return is_live(role);
  }
}

const Trace* telling_trace(const Report& report, const FrameTable& frames) {
  const Trace* first = nullptr;
  for (const auto& trace : report.traces) {
    if (!is_telling(trace.role, report.family)) continue;
    bool named = false;
    for (const auto& ref : trace.frames) {
      if (!ref.reliable || frames[ref.frame].symbol.empty()) continue;
      named = true;
      // Stalls print several stacks: the one that the title is about has its function.
      if (without_compiler_suffix(frames[ref.frame].symbol) == report.guilty) return &trace;
    }
    if (first == nullptr && named) first = &trace;
  }
  return first;
}

FunctionStack function_stack(const Report& report, const FrameTable& frames) {
  FunctionStack stack;
  const auto* trace = telling_trace(report, frames);
  if (trace == nullptr) return stack;
  std::vector<std::string_view> all;
  all.reserve(trace->frames.size());
  for (const auto& ref : trace->frames) {
    const auto symbol = without_compiler_suffix(frames[ref.frame].symbol);
    if (ref.reliable && !symbol.empty()) all.push_back(symbol);
  }
  auto begin = std::find(all.begin(), all.end(), report.guilty);
  if (begin == all.end())
    begin = std::find_if(all.begin(), all.end(), [](std::string_view f) { return !is_skipped_function(f); });
  const auto room = static_cast<std::ptrdiff_t>(FunctionStack::kMaxFunctions);
  stack.functions.assign(begin, begin + std::min(room, all.end() - begin));
  stack.hash = 0xcbf29ce484222325;
  for (const auto function : stack.functions) {
    for (const char c : function) stack.hash = (stack.hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    stack.hash = (stack.hash ^ 0xff) * 0x100000001b3;
  }
  return stack;
}

std::string title_detail(const Report& report, const FrameTable& frames) {
  if (report.family != Family::slub || !report.guilty.empty() || !report.object ||
      !is_shared_cache(report.object->cache))
    return {};
  for (const auto& trace : report.traces) {
    if (trace.role != Role::slub_alloc) continue;
    for (const auto& ref : trace.frames) {
      const auto symbol = without_compiler_suffix(frames[ref.frame].symbol);
      if (ref.reliable && !symbol.empty() && !is_skipped_function(symbol))
        return "allocated in " + std::string(symbol);
    }
  }
  return {};
}

Subject::Subject(const Report& report, std::string detail)
    : label_(detail.empty() ? report.title : report.title + ", " + detail),
      title_(report.title),
      family_(report.family),
      anonymous_(report.title.ends_with(" in corrupted")) {}

template <typename Titles>
void Subject::keep_titles(Titles begin, Titles end) {
  alt_titles_.insert(begin, end);
  while (alt_titles_.size() > kMaxAltTitles) alt_titles_.erase(std::prev(alt_titles_.end()));
}

void Subject::add(const Report& report, FunctionStack stack) {
  keep_titles(report.alt_titles.begin(), report.alt_titles.end());
  if (!stack.functions.empty()) keep(std::move(stack));
}

void Subject::add(const Subject& other) {
  // Whichever came first, the same is left.
  family_ = std::min(family_, other.family_);
  keep_titles(other.alt_titles_.begin(), other.alt_titles_.end());
  for (const auto& stack : other.stacks_) keep(stack);
}

void Subject::keep(FunctionStack stack) {
  const auto place =
      std::lower_bound(stacks_.begin(), stacks_.end(), stack.hash,
                       [](const FunctionStack& known, std::uint64_t hash) { return known.hash < hash; });
  if (place != stacks_.end() && place->hash == stack.hash) return;
  if (stacks_.size() == kStacks && place == stacks_.end()) return;
  stacks_.insert(place, std::move(stack));
  if (stacks_.size() > kStacks) stacks_.pop_back();
}

}  // namespace parser
