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
    // What reports without KASAN share: how they are raised, and the ways that lead there.
    "dump_stack_lvl __might_resched",
    "dump_stack_lvl check_noncircular check_prev_add validate_chain __lock_acquire lock_acquire",
    "dump_stack_lvl check_noncircular __lock_acquire",
    "dump_stack_lvl print_circular_bug check_noncircular",
    "dump_stack_lvl print_usage_bug mark_lock_irq mark_lock __lock_acquire",
    "dump_stack_lvl mark_lock __lock_acquire",
    "dump_stack_lvl lockdep_rcu_suspicious",
    "dump_stack_lvl print_unlock_imbalance_bug lock_release",
    "dump_stack_lvl debug_check_no_locks_held",
    "dump_stack_lvl panic check_panic_on_warn __warn report_bug",
    "dump_stack panic __warn report_bug fixup_bug do_error_trap do_invalid_op invalid_op",
    "show_regs __warn report_bug handle_bug exc_invalid_op asm_exc_invalid_op",
    "show_regs __die_body __die page_fault_oops do_user_addr_fault exc_page_fault",
    "__die_body die do_trap do_error_trap exc_invalid_op",
    "__die page_fault_oops exc_page_fault",
    "__die_body die_addr exc_general_protection asm_exc_general_protection",
    "nmi_cpu_backtrace nmi_trigger_cpumask_backtrace rcu_dump_cpu_stacks rcu_sched_clock_irq",
    "dump_stack_lvl nmi_cpu_backtrace",
    "rcu_dump_cpu_stacks print_cpu_stall rcu_sched_clock_irq",
    "rcu_sched_clock_irq update_process_times tick_sched_handle tick_sched_timer __hrtimer_run_queues "
    "hrtimer_interrupt __sysvec_apic_timer_interrupt sysvec_apic_timer_interrupt",
    "update_process_times tick_sched_timer __hrtimer_run_queues",
    "update_process_times tick_nohz_handler __hrtimer_run_queues",
    "watchdog_timer_fn __hrtimer_run_queues",
    "__schedule schedule schedule_timeout __wait_for_common wait_for_completion",
    "schedule_timeout wait_for_completion",
    "schedule schedule_preempt_disabled __mutex_lock mutex_lock_nested",
    "schedule_preempt_disabled rwsem_down_write_slowpath down_write",
    "schedule_preempt_disabled rwsem_down_read_slowpath down_read",
    "schedule io_schedule",
    "dump_backtrace show_stack dump_stack_lvl",
    "vfs_ioctl __arm64_sys_ioctl invoke_syscall el0_svc_common do_el0_svc el0_svc el0t_64_sync_handler "
    "el0t_64_sync",
    "ksys_write __arm64_sys_write invoke_syscall",
    "vfs_ioctl __x64_sys_ioctl",
    "new_sync_write vfs_write",
    "new_sync_read vfs_read",
    "sock_write_iter vfs_write",
    "proc_reg_write vfs_write",
    "dev_attr_store kernfs_fop_write_iter",
    "sysfs_kf_write kernfs_fop_write_iter",
    "sock_sendmsg __sys_sendto __x64_sys_sendto do_syscall_64",
    "__sock_sendmsg __sys_sendto",
    "sock_sendmsg ____sys_sendmsg ___sys_sendmsg __sys_sendmsg __x64_sys_sendmsg do_syscall_64",
    "__sock_sendmsg ____sys_sendmsg",
    "do_sock_setsockopt __sys_setsockopt __x64_sys_setsockopt do_syscall_64",
    "__sys_connect __x64_sys_connect do_syscall_64",
    "do_dentry_open vfs_open path_openat do_filp_open do_sys_openat2 __x64_sys_openat do_syscall_64",
    "__fput ____fput task_work_run exit_to_user_mode_loop exit_to_user_mode_prepare "
    "syscall_exit_to_user_mode do_syscall_64",
    "__fput task_work_run exit_to_user_mode_prepare",
    "task_work_run do_exit",
    "vfs_get_tree do_new_mount path_mount __x64_sys_mount do_syscall_64",
    "__do_sys_delete_module __x64_sys_delete_module do_syscall_64",
    "do_one_initcall do_init_module",
    "__do_softirq irq_exit_rcu",
    "__do_softirq do_softirq __local_bh_enable_ip",
    "run_ksoftirqd smpboot_thread_fn kthread",
    "__napi_poll net_rx_action __do_softirq",
    "net_rx_action handle_softirqs",
    "__netif_receive_skb_one_core __netif_receive_skb process_backlog __napi_poll",
    "call_timer_fn __run_timers run_timer_softirq __do_softirq",
    "run_timer_softirq handle_softirqs",
    "dev_hard_start_xmit __dev_queue_xmit",
    "__handle_irq_event_percpu handle_irq_event handle_edge_irq __common_interrupt common_interrupt "
    "asm_common_interrupt",
    "handle_irq_event handle_fasteoi_irq",
    "process_one_work process_scheduled_works worker_thread",
    "default_idle default_idle_call do_idle cpu_startup_entry start_secondary "
    "secondary_startup_64_no_verify",
    "cpuidle_enter do_idle",
    "__handle_mm_fault handle_mm_fault",
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
