#include "parser/demux_line.h"

#include <tsl/robin_set.h>

#include <array>

#include "parser/scan.h"

namespace parser {
namespace {

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
  using Set = tsl::robin_set<std::uint64_t, SpreadHash>;
  Set pairs, callees, callers;
};

const CallTable& calls() {
  static const CallTable table = [] {
    CallTable built;
    for (const auto chain : kCallChains) {
      std::uint64_t callee = 0;
      for_each_word(chain, [&](std::string_view word) {
        const auto caller = hash_of(word);
        if (callee != 0) {
          built.pairs.insert(pair_of(callee, caller));
          built.callees.insert(callee);
          built.callers.insert(caller);
        }
        callee = caller;
      });
    }
    return built;
  }();
  return table;
}

}  // namespace

Calls well_known_call(std::uint64_t callee, std::uint64_t caller) {
  const auto& table = calls();
  if (table.pairs.contains(pair_of(callee, caller))) return Calls::known;
  return table.callees.contains(callee) || table.callers.contains(caller) ? Calls::other : Calls::unknown;
}

}  // namespace parser
