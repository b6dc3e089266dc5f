#include "parser/demux_line.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_set>

#include "parser/depot_sections.h"
#include "parser/functions.h"
#include "parser/kernel_release.h"
#include "parser/program_counter.h"
#include "parser/report_builder.h"
#include "parser/scan.h"
#include "parser/splat.h"
#include "parser/splat_rule.h"

namespace parser {
namespace {

using Kind = DemuxLine::Kind;

// Sections in the order in which the kernel prints them; the gaps are for what stands between.
constexpr auto kShapes = std::to_array<Section>({
    {"Read of size ", {2, -1, -1}},
    {"Write of size ", {2, -1, -1}},
    {"Free of addr ", {2, -1, -1}},
    {"Read at addr ", {2, -1, -1}},
    {"Write at addr ", {2, -1, -1}},
    {"Pointer tag: ", {3, -1, -1}},
    {"CPU: ", {4, 20, 6}},
    {"Tainted: ", {5, 21, 7}},
    {"Hardware name: ", {6, 22, 8}},
    {"Workqueue: ", {7, 23, 9}},
    {"Call Trace:", {8, 30, 20}},
    {"Call trace:", {8, 30, 20}},
    {"Allocated by task ", {15, -1, -1}},
    {"Freed by task ", {16, -1, -1}},
    {"Allocated:", {15, -1, -1}},
    {"Freed:", {16, -1, -1}},
    {"PID = ", {16, -1, -1}},
    {"Last potentially related", {17, -1, -1}},
    {"Second to last ", {18, -1, -1}},
    {"Last call_rcu", {17, -1, -1}},
    {"The buggy address belongs to the object at ", {20, -1, -1}},
    {"which belongs to the cache ", {21, -1, -1}},
    {"The buggy address is located ", {22, -1, -1}},
    {"The buggy address belongs to the variable:", {24, -1, -1}},
    {"The buggy address belongs to stack of task ", {24, -1, -1}},
    {"and is located at offset ", {25, -1, -1}},
    {"This frame has ", {26, -1, -1}},
    {"this frame has ", {26, -1, -1}},
    {"The buggy address belongs to the physical page", {29, -1, -1}},
    {"The buggy address belongs to the page", {29, -1, -1}},
    {"The buggy address ", {28, -1, -1}},
    {"page: ", {30, -1, 10}},
    {"page:", {30, -1, 10}},
    {"head:", {31, -1, 11}},
    {"memcg:", {31, -1, 11}},
    {"flags:", {32, -1, 11}},
    {"page_type:", {33, -1, 11}},
    {"raw:", {34, -1, 11}},
    {"page dumped because", {36, -1, 12}},
    {"page_owner tracks", {37, -1, 13}},
    {"page last allocated via", {38, -1, 14}},
    {"page last free", {39, -1, 15}},
    {"page has been migrated", {40, -1, 15}},
    {"Memory state around", {50, -1, -1}},
    {"Allocated in ", {-1, 3, -1}},
    {"Freed in ", {-1, 4, -1}},
    {"INFO: Allocated in ", {-1, 3, -1}},
    {"INFO: Freed in ", {-1, 4, -1}},
    {"Slab 0x", {-1, 6, -1}},
    {"INFO: Slab 0x", {-1, 6, -1}},
    {"Object 0x", {-1, 7, -1}},
    {"INFO: Object 0x", {-1, 7, -1}},
    {"INFO: 0x", {-1, 2, -1}},
    {"Redzone ", {-1, 8, -1}},
    {"Bytes b4 ", {-1, 8, -1}},
    {"Object ", {-1, 8, -1}},
    {"Padding ", {-1, 8, -1}},
    {"Disabling lock debugging", {9, 9, 9}},
    {"Modules linked in:", {-1, 19, 5}},
    {"FIX ", {-1, 50, -1}},
    {"#PF: ", {-1, -1, 2}},
    {"PGD ", {-1, -1, 2}},
    {"Oops: ", {-1, -1, 3}},
    {"KASAN: ", {-1, -1, 4}},
});

constexpr std::string_view kBeginsLive =
    "dump_stack* __dump_stack show_stack dump_backtrace* unwind_backtrace";
constexpr std::string_view kBeginsKasan = "kasan_save_stack save_stack save_stack_trace stack_trace_save";
constexpr std::string_view kBeginsPageAlloc =
    "get_page_from_freelist post_alloc_hook set_page_owner prep_new_page* __set_page_owner register_*_stack";
constexpr std::string_view kBeginsPageFree =
    "free_unref_* free_pcp_prepare free_pages_prepare __free_pages* reset_page_owner free_frozen_* "
    "__free_frozen*";
// What a stack of either kind ends with.
constexpr std::string_view kRoots =
    "entry_* ret_from_fork* el0t_* el0_svc secondary_startup* system_call_fastpath ret_from_kernel_thread*";

// What calls what on the ways that most stacks of memory reports share, innermost first; without "_noprof",
// which v6.10 appended to allocators.
constexpr auto kCallChains = std::to_array<std::string_view>({
    "dump_stack_lvl print_report kasan_report",
    "dump_stack_lvl print_address_description print_report kasan_report",
    "dump_stack_lvl print_report kasan_report_invalid_free check_slab_allocation kfree",
    "kasan_report_invalid_free ____kasan_slab_free __kasan_slab_free kfree",
    "kasan_report kasan_check_range memcpy",
    "kasan_report __asan_memset",
    "kasan_save_stack kasan_set_track __kasan_kmalloc kmalloc_trace",
    "kasan_set_track __kasan_slab_alloc kmem_cache_alloc",
    "kasan_save_stack kasan_save_track __kasan_kmalloc __kmalloc_cache",
    "kasan_save_track __kasan_slab_alloc kmem_cache_alloc_node",
    "kasan_save_track __kasan_slab_alloc kmem_cache_alloc",
    "kasan_set_track kasan_save_free_info ____kasan_slab_free __kasan_slab_free kmem_cache_free",
    "kasan_save_track kasan_save_free_info __kasan_slab_free kfree",
    "kasan_set_track kasan_set_free_info ____kasan_slab_free",
    "kasan_save_stack kasan_record_aux_stack __call_rcu_common call_rcu",
    "__kasan_record_aux_stack __call_rcu_common",
    "kasan_save_stack __kasan_record_aux_stack insert_work __queue_work queue_work_on",
    "__kasan_slab_free slab_free_freelist_hook kfree",
    "prep_new_page get_page_from_freelist __alloc_pages allocate_slab ___slab_alloc __slab_alloc "
    "kmem_cache_alloc",
    "post_alloc_hook get_page_from_freelist __alloc_frozen_pages alloc_pages_mpol allocate_slab",
    "get_page_from_freelist __alloc_pages __folio_alloc vma_alloc_folio",
    "__alloc_pages alloc_pages_mpol alloc_pages",
    "__alloc_pages __vmalloc_node_range copy_process",
    "__alloc_pages __kmalloc_large_node",
    "___slab_alloc __kmem_cache_alloc_node kmalloc_trace",
    "___slab_alloc kmem_cache_alloc",
    "___slab_alloc __kmalloc_cache",
    "___slab_alloc __kmalloc_node",
    "___slab_alloc __kmalloc",
    "___slab_alloc __kmalloc_cache_node",
    "__kmalloc_cache_node __get_vm_area_node __vmalloc_node_range",
    "kmem_cache_alloc_node __alloc_skb",
    "copy_process kernel_clone __do_sys_clone do_syscall_64",
    "kernel_clone user_mode_thread call_usermodehelper_exec_work process_one_work",
    "kernel_clone kernel_thread kthreadd ret_from_fork",
    "free_pcp_prepare free_unref_page vfree delayed_vfree_work process_one_work",
    "free_pcp_prepare free_unref_page __vunmap free_work process_one_work",
    "free_pages_prepare free_frozen_pages",
    "free_unref_page tlb_finish_mmu exit_mmap",
    "free_pcp_prepare free_unref_page_list release_pages",
    "free_unref_folios folios_put_refs release_pages tlb_batch_pages_flush tlb_finish_mmu exit_mmap mmput "
    "do_exit",
    "free_unref_folios folios_put_refs free_pages_and_swap_cache tlb_batch_pages_flush",
    "free_unref_folios folios_put_refs shmem_undo_range",
    "free_pages_and_swap_cache __tlb_batch_free_encoded_pages tlb_finish_mmu",
    "tlb_finish_mmu unmap_region do_vmi_align_munmap do_vmi_munmap __vm_munmap __x64_sys_munmap "
    "do_syscall_64",
    "release_pages tlb_batch_pages_flush tlb_finish_mmu exit_mmap mmput begin_new_exec load_elf_binary "
    "bprm_execve",
    "mmput exit_mm do_exit do_group_exit __x64_sys_exit_group x64_sys_call do_syscall_64",
    "do_exit do_group_exit get_signal arch_do_signal_or_restart",
    "do_group_exit __x64_sys_exit_group do_syscall_64",
    "bprm_execve do_execveat_common __x64_sys_execve do_syscall_64",
    "check_bytes_and_report check_object free_to_partial_list",
    "check_object validate_slab validate_slab_cache validate_store",
    "rcu_do_batch rcu_core handle_softirqs __irq_exit_rcu irq_exit_rcu sysvec_apic_timer_interrupt",
    "rcu_core __do_softirq",
    "sysvec_apic_timer_interrupt asm_sysvec_apic_timer_interrupt",
    "process_one_work worker_thread kthread ret_from_fork ret_from_fork_asm",
    "vfs_write ksys_write do_syscall_64 entry_SYSCALL_64_after_hwframe",
    "vfs_read ksys_read do_syscall_64 entry_SYSCALL_64_after_hwframe",
    "full_proxy_write vfs_write",
    "kernfs_fop_write_iter vfs_write",
    "__x64_sys_ioctl do_syscall_64",
    "x64_sys_call do_syscall_64 entry_SYSCALL_64_after_hwframe",
    "do_init_module load_module __do_sys_finit_module do_syscall_64",
    "mod_sysfs_setup load_module",
    "__vfs_setxattr __vfs_setxattr_noperm vfs_setxattr path_setxattr __x64_sys_setxattr do_syscall_64",
    "do_one_initcall kernel_init_freeable kernel_init ret_from_fork",
    "handle_mm_fault do_user_addr_fault exc_page_fault asm_exc_page_fault",
});

struct CallTable {
  std::unordered_set<std::uint64_t> pairs, callees, callers;
};

std::uint64_t call_key(std::uint64_t callee, std::uint64_t caller) {
  return callee * 0x9e3779b97f4a7c15U ^ caller;
}

const CallTable& calls() {
  static const CallTable table = [] {
    CallTable built;
    for (auto chain : kCallChains) {
      std::uint64_t callee = 0;
      while (!chain.empty()) {
        const auto end = std::min(chain.find(' '), chain.size());
        const auto caller = hash_of(chain.substr(0, end));
        chain.remove_prefix(std::min(end + 1, chain.size()));
        if (callee != 0) {
          built.pairs.insert(call_key(callee, caller));
          built.callees.insert(callee);
          built.callers.insert(caller);
        }
        callee = caller;
      }
    }
    return built;
  }();
  return table;
}

// "0xffff88..." or "ffff88...": the first of a line, leading words passed over.
std::uint64_t address_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end - at == 16 || end - at == 8)
      if (const auto value = to_number(text.substr(at, end - at), 16)) return *value;
    at = std::max(end, at + 1);
    while (at < text.size() && at > 0 && (is_hex(text[at - 1]) || text[at - 1] == '_') && is_hex(text[at]))
      ++at;
  }
  return 0;
}

bool is_row(std::string_view body) {
  skip(body, ">");
  std::size_t digits = 0;
  while (digits < body.size() && is_hex(body[digits])) ++digits;
  return digits >= 8 && digits <= 16 && body.substr(digits).starts_with(": ");
}

// "... in foo_read+0x4c/0x90 [foo]", "... at object_err+0x28b/0x3a0": a title's function
std::uint64_t symbol_in_title(std::string_view body) {
  auto at = body.rfind(" in ");
  std::size_t skipped = 4;
  if (at == std::string_view::npos) {
    at = body.rfind(' ', body.find("+0x"));
    skipped = 1;
  }
  if (at == std::string_view::npos) return 0;
  const auto rest = body.substr(at + skipped);
  const auto end = rest.find("+0x");
  return end == std::string_view::npos ? 0 : hash_of(without_compiler_suffix(rest.substr(0, end)));
}

bool read_title(std::string_view body, DemuxLine& out) {
  if (body.starts_with("BUG: KASAN: ") || body.starts_with("BUG: Double free or ")) {
    out.order = Order::kasan;
    out.untracked = is_untracked(body.substr(12));
    const auto kind = body.substr(0, body.find(" in "));
    out.freeing = kind.ends_with("-free") && kind.find("use-after-free") == std::string_view::npos;
    if (const auto at = body.rfind(" at addr "); at != std::string_view::npos)
      out.address = address_in(body.substr(at));
  } else if (body.starts_with("BUG ") && body.find(": kasan: bad access") != std::string_view::npos) {
    // Until v4.5 SLUB's view of the object stood inside KASAN's report.
    out.kind = Kind::section;
    out.ranks[0] = 3;
    return true;
  } else if (body.starts_with("BUG ") && body.find("): ") != std::string_view::npos) {
    out.order = Order::slub;
    const auto end = body.find(" (");
    out.cache = hash_of(body.substr(4, end - 4));
  } else {
    const auto found = find_splat(without_tags(body));
    if (!found) return false;
    out.order = Order::other;
    if (found->rule->one_line) {
      out.kind = Kind::aside;
      return true;
    }
    if (const auto at = body.find(" PID: "); at != std::string_view::npos) {
      auto rest = body.substr(at + 6);
      out.pid = take_number<std::int64_t>(rest).value_or(-1);
    }
    out.slub_own = body.starts_with("WARNING: ") && body.find(" mm/slub.c:") != std::string_view::npos;
    if (found->rule->consequence != Consequence::no || body.starts_with("Oops") ||
        body.starts_with("Internal error")) {
      out.kind = Kind::more;
      out.ranks[2] = 3;
      return true;
    }
  }
  out.kind = Kind::title;
  out.ranks[0] = out.ranks[1] = out.ranks[2] = 0;
  out.symbol = symbol_in_title(body);
  return true;
}

void read_facts(std::string_view body, DemuxLine& out) {
  if (out.ranks[0] == 2) {
    if (const auto slash = body.rfind('/'); slash != std::string_view::npos)
      out.pid = to_number<std::int64_t>(body.substr(slash + 1)).value_or(-1);
    if (const auto at = body.find("addr "); at != std::string_view::npos)
      out.address = address_in(body.substr(at + 5));
  } else if (body.starts_with("CPU: ")) {
    if (const auto cpu = read_cpu_line(body)) out.pid = cpu->pid;
  } else if (body.starts_with("The buggy address belongs to stack of task ")) {
    if (const auto slash = body.rfind('/'); slash != std::string_view::npos)
      out.pid = to_number<std::int64_t>(body.substr(slash + 1)).value_or(-1);
  } else if (out.ranks[0] == 20 || (out.ranks[1] >= 2 && out.ranks[1] <= 8 && out.kind == Kind::section &&
                                    !body.starts_with("Slab ") && !body.starts_with("INFO: Slab "))) {
    out.address = address_in(body);
  } else if (body.starts_with("FIX ")) {
    out.cache = hash_of(body.substr(4, body.find(": ") - 4));
  } else if (out.ranks[0] == 30) {
    if (const auto at = body.find(" pfn:0x"); at != std::string_view::npos) {
      auto rest = body.substr(at + 7);
      out.pfn = take_number<std::uint64_t>(rest, 16).value_or(0);
    }
  }
}

}  // namespace

Calls well_known_call(std::uint64_t callee, std::uint64_t caller) {
  const auto& table = calls();
  if (table.pairs.contains(call_key(callee, caller))) return Calls::known;
  return table.callees.contains(callee) || table.callers.contains(caller) ? Calls::other : Calls::unknown;
}

const Section* find_section(std::string_view body) {
  for (const auto& shape : kShapes)
    if (shape.starts.front() == body.front() && body.starts_with(shape.starts)) return &shape;
  return nullptr;
}

bool is_once(int rank) {
  static constexpr std::array kOnce{2, 4, 8, 15, 20, 21, 22, 38, 39, 50};
  return std::find(kOnce.begin(), kOnce.end(), rank) != kOnce.end();
}

bool is_untracked(std::string_view kind) {
  return kind.starts_with("null-ptr-deref") || kind.starts_with("wild-memory-access") ||
         kind.starts_with("user-memory-access");
}

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text) | 1;
}

std::uint64_t function_of(const Frame& frame) {
  auto symbol = without_compiler_suffix(frame.symbol);
  if (symbol.ends_with("_noprof")) symbol.remove_suffix(7);
  return hash_of(symbol);
}

void describe_frame(const Frame& frame, DemuxLine& line) {
  line.kind = Kind::frame;
  line.frame = frame.identity;
  line.module = !frame.module.empty();
  line.build_id = !frame.build_id.empty();
  const auto symbol = without_compiler_suffix(frame.symbol);
  line.symbol = hash_of(symbol);
  line.function = function_of(frame);
  if (matches_any(symbol, kBeginsLive)) line.place |= DemuxLine::begins_live;
  if (matches_any(symbol, kBeginsKasan)) line.place |= DemuxLine::begins_kasan;
  if (matches_any(symbol, kBeginsPageAlloc)) line.place |= DemuxLine::begins_page_alloc;
  if (matches_any(symbol, kBeginsPageFree)) line.place |= DemuxLine::begins_page_free;
  if (symbol == "kasan_report_invalid_free") line.place |= DemuxLine::reports_free;
  if (symbol == "kasan_report" || symbol.starts_with("__asan_report_"))
    line.place |= DemuxLine::reports_access;
  line.skipped = is_skipped_function(symbol);
  if (matches_any(symbol, kRoots)) line.place |= DemuxLine::root;
}

DemuxLine read_demux_line(const Line& line, FrameTable& frames) {
  DemuxLine out;
  out.level = line.level.value_or(-1);
  const auto body = trim_right(trim_left(line.text));
  if (body.empty()) {
    out.kind = Kind::blank;
    return out;
  }
  if (is_ruler(body, '=')) {
    out.kind = Kind::ruler;
    out.slub_ruler = body.size() >= 72;
    return out;
  }
  if (body.starts_with("------------[ cut here ]")) {
    out.kind = Kind::cut_here;
    out.ranks[1] = 10;
    return out;
  }
  if (body.starts_with("---[ end ")) {
    out.kind = Kind::end;
    out.ranks[1] = out.ranks[2] = 40;
    return out;
  }
  if (is_ruler(body, '-')) {
    out.kind = Kind::section;
    out.ranks[1] = 1;
    return out;
  }
  if (body.front() == '[' && body.find(" overwritten] 0x") != std::string_view::npos) {
    out.kind = Kind::lead;
    out.address = address_in(body);
    return out;
  }
  if (body.front() == '<' && body.back() == '>') {
    out.kind = Kind::mark;
    return out;
  }
  if (is_row(body) && !is_register_dump(body)) {
    out.kind = Kind::section;
    out.ranks[0] = 51;
    out.row = true;
    out.address = address_in(body);
    return out;
  }
  if (body == "^") {
    out.kind = Kind::section;
    out.ranks[0] = 51;
    out.caret = true;
    return out;
  }
  if (const auto region = body.find("-byte region ["); region != std::string_view::npos) {
    out.kind = Kind::section;
    out.ranks[0] = 23;
    out.address = address_in(body.substr(region + 14));
    return out;
  }
  if (body.starts_with("0x") && body.find("First byte 0x") != std::string_view::npos) {
    out.kind = Kind::section;
    out.ranks[1] = 2;
    out.address = address_in(body.substr(2));
    return out;
  }
  if (body.front() == '[' && body.size() > 4 && is_digit(body[1]) && body.back() == '\'') {
    out.kind = Kind::section;
    out.ranks[0] = 27;
    return out;
  }
  if (const auto* shape = find_section(body)) {
    const int kasan = shape->rank(Order::kasan);
    out.kind = Kind::section;
    for (std::size_t i = 0; i < 3; ++i) out.ranks[i] = shape->ranks[i];
    out.awaits = kasan == 25 || body.starts_with("The buggy address belongs to the variable:");
    if (const auto trace = open_depot_trace(body, line.number)) {
      out.kind = Kind::stored;
      out.role = trace->role;
      out.in_depot = trace->in_depot;
      out.stored_pid = trace->pid.value_or(-1);
    } else if (kasan == 8) {
      out.kind = Kind::live;
    }
    out.once = is_once(kasan) ||
               out.role == Role::slub_alloc || (out.role == Role::free && out.kind == Kind::stored);
    read_facts(body, out);
    return out;
  }
  const bool margin = body.data() == line.text.data() && body.front() != '[' && body.front() != '(' &&
                      body.find(" (") == std::string_view::npos;
  if (!margin && may_be_frame(body))
    if (const auto frame = frames.parse(body)) {
      describe_frame(frames[frame->id], out);
      out.reliable = frame->reliable;
      return out;
    }
  if (is_register_dump(body)) {
    out.kind = Kind::registers;
    out.pc = read_program_counter(body).has_value();
    return out;
  }
  if (read_title(body, out)) return out;
  if (const auto trace = open_depot_trace(body, line.number)) {
    out.kind = Kind::stored;
    out.role = trace->role;
    out.in_depot = trace->in_depot;
    out.ranks[2] = 20;
  }
  return out;
}

}  // namespace parser
