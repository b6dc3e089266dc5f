#include "parser/title.h"

#include <algorithm>
#include <array>

#include "parser/scan.h"

namespace parser {
namespace {

struct SkipGroup {
  std::string_view reason;
  std::array<std::string_view, 16> names;  // a trailing '*' stands for any rest
};

constexpr std::array<SkipGroup, 6> kSkipped{{
    {"sanitizers report for their caller",
     {"kasan_report*", "kasan_check*", "kasan_save*", "__kasan_*", "____kasan_*", "__asan_*", "__hwasan_*",
      "check_memory_region*", "print_report", "print_address_description*", "end_report", "memory_is_*",
      "check_region_inline", "kmsan_*", "kasan_object_err", "kasan_slab_free"}},
    {"printing is not the bug",
     {"dump_stack*", "dump_backtrace*", "show_stack*", "show_regs*", "object_err", "slab_err",
      "print_trailer", "check_bytes_and_report", "describe_*"}},
    {"memory and string primitives are told what to touch",
     {"memcpy*", "memset*", "memmove*", "memcmp*", "memchr*", "__mem*", "str*", "string", "__str*",
      "copy_*_user", "_copy_*", "crc*", "read_word_at_a_time", "hex_dump_to_buffer"}},
    {"allocators find what others left behind",
     {"kfree", "kfree_sensitive", "kvfree*", "vfree", "kmem_cache_alloc*", "kmem_cache_free*",
      "kmalloc_trace*", "__kmalloc*", "slab_free*", "slab_alloc*", "__slab_*", "___slab_*", "qlist_free_all",
      "free_to_partial_list", "krealloc*"}},
    {"locks and atomics live inside someone's object",
     {"_raw_*", "__raw_*", "do_raw_*", "native_queued_*", "queued_*", "lock_acquire*", "__lock_acquire*",
      "mutex_*", "__mutex_*", "down_*", "up_*", "atomic_*", "refcount_*", "__refcount_*", "lock_timer_base",
      "kobject_*"}},
    {"list and tree primitives follow someone's pointers",
     {"__list_*", "list_*", "rb_*", "__rb_*", "rhashtable_*", "xas_*", "radix_tree_*", "klist_*"}},
}};

bool name_matches(std::string_view name, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const auto rest = pattern.substr(star + 1);
  return name.size() >= pattern.size() - 1 && name.starts_with(pattern.substr(0, star)) &&
         name.ends_with(rest);
}

// "t_uaf_cache+0xbf/0xf0 [labmod]" -> "t_uaf_cache"
std::string_view symbol_of(std::string_view location) {
  return without_compiler_suffix(location.substr(0, location.find_first_of("+ ")));
}

// The first function of the call trace, from the one that KASAN names on, that is no helper.
std::string guilty_of(const Report& report, const FrameTable& frames) {
  const auto named = symbol_of(report.location);
  if (!named.empty() && !is_skipped_function(named)) return std::string(named);
  for (const auto& trace : report.traces) {
    if (trace.role != Role::call) continue;
    bool reached = named.empty();
    for (const auto& ref : trace.frames) {
      if (!ref.reliable) continue;
      const auto symbol = without_compiler_suffix(frames[ref.frame].symbol);
      reached = reached || symbol == named;
      if (reached && !symbol.empty() && !is_skipped_function(symbol)) return std::string(symbol);
    }
  }
  return std::string(named);
}

std::string_view capitalised(Access::Kind kind) {
  switch (kind) {
    case Access::Kind::read:
      return "Read";
    case Access::Kind::write:
      return "Write";
    case Access::Kind::free:
    case Access::Kind::unknown:
      break;
  }
  return "";
}

void name_kasan(Report& report, const FrameTable& frames) {
  report.guilty = guilty_of(report, frames);
  const auto kind = report.access ? report.access->kind : Access::Kind::unknown;
  const bool freeing =
      report.kind.find("-free") != std::string::npos && report.kind.find("use-after") == std::string::npos;

  report.title = "KASAN: " + report.kind;
  if (const auto word = capitalised(kind); !word.empty() && !freeing) report.title.append(" ").append(word);
  if (!report.guilty.empty()) {
    report.title += " in " + report.guilty;
    report.alt_titles.push_back((freeing ? "invalid-free in " : "bad-access in ") + report.guilty);
  }

  report.type = "KASAN";
  if (freeing) {
    report.type += "-INVALID-FREE";
    return;
  }
  if (report.kind.find("use-after-free") != std::string::npos) report.type += "-USE-AFTER-FREE";
  if (report.kind.find("null-ptr-deref") != std::string::npos) report.type += "-NULL-POINTER-DEREFERENCE";
  report.type += kind == Access::Kind::write ? "-WRITE" : "-READ";
}

// "Padding overwritten. 0xA-0xB @offset=4094" -> "Padding overwritten"; "Objects remaining in C on f()" of
// v6.1 names the cache, that of v6.12 does not.
std::string plain_reason(std::string_view reason, std::string_view cache) {
  if (const auto cut = reason.find(". 0x"); cut != std::string_view::npos) reason = reason.substr(0, cut);
  std::string plain(reason);
  const auto named = " in " + std::string(cache) + " on ";
  if (const auto at = plain.find(named); at != std::string::npos) plain.replace(at, named.size(), " on ");
  // Addresses would make each report a kind of its own.
  std::string kind;
  for (std::size_t at = 0; at < plain.size();) {
    if (plain.compare(at, 2, "0x") != 0) {
      kind += plain[at++];
      continue;
    }
    kind += "ADDR";
    at += 2;
    while (at < plain.size() && is_hex(plain[at])) ++at;
  }
  return kind;
}

void name_slub(Report& report) {
  const auto& cache = report.object->cache;
  report.kind = plain_reason(report.kind, cache);
  report.title = "SLUB: " + report.kind + " in " + cache;
  report.type = "MEMORY_SAFETY_BUG";
}

}  // namespace

std::string_view without_compiler_suffix(std::string_view symbol) {
  constexpr std::array<std::string_view, 6> kSuffixes{".isra.", ".constprop.", ".part.",
                                                      ".cold",  ".llvm.",      ".lto_priv."};
  for (const auto suffix : kSuffixes)
    if (const auto at = symbol.find(suffix); at != std::string_view::npos && at > 0)
      symbol = symbol.substr(0, at);
  return symbol;
}

bool is_skipped_function(std::string_view symbol) {
  return std::any_of(kSkipped.begin(), kSkipped.end(), [symbol](const SkipGroup& group) {
    return std::any_of(group.names.begin(), group.names.end(), [symbol](std::string_view pattern) {
      return !pattern.empty() && name_matches(symbol, pattern);
    });
  });
}

void name_report(Report& report, const FrameTable& frames) {
  switch (report.family) {
    case Family::kasan:
      return name_kasan(report, frames);
    case Family::slub:
      return name_slub(report);
    default:
      return;
  }
}

}  // namespace parser
