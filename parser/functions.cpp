#include "parser/functions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "parser/scan.h"
#include "parser/starts.h"

namespace parser {
namespace {

struct SkipGroup {
  std::string_view reason;
  std::string_view names;  // as matches_any() takes them
};

// Leading underscores do not count, for the kernel's own wrappers of wrappers. Few patterns begin with '*': a
// driver's t_oob_vmalloc() is its own. A pattern is as wide as the names that kernels have for one sense:
// "raw_*" would take raw_sendmsg(), "bitmap_*" all of ipset's bitmap_ip_add() and its kin.
constexpr std::array kSkipped{
    SkipGroup{"sanitizers report for their caller",
              "kasan_* asan_* hwasan_* kmsan_* msan_* kcsan_* tsan_* kfence_* ubsan_* sanitizer_* "
              "*__sanitizer_cov* check_memory_region* memory_is_* bytes_is_* check_region_inline "
              "print_address_description* print_report* end_report read_word_at_a_time check_object "
              "check_bytes_and_report describe_* instrument_* tag_clear_highpage "
              "check_slab_allocation* free_large_kmalloc* setup_object* read_once* write_once* "
              "rcu_dereference_*"},
    SkipGroup{"SLUB checks what others broke",
              "object_err slab_err slab_bug print_trailer print_tracking print_section check_slab "
              "check_valid_pointer free_debug_processing alloc_debug_processing "
              "free_consistency_checks alloc_consistency_checks on_freelist slab_pad_check slab_fix "
              "init_object free_to_partial_list restore_bytes check_pad_bytes"},
    SkipGroup{"printing is not the bug",
              "dump_stack* dump_backtrace* show_stack* show_regs* show_trace* printk* vprintk* "
              "_printk *_printk dev_printk* dev_vprintk* _dev_emerg _dev_alert _dev_crit _dev_err "
              "_dev_warn _dev_notice _dev_info netdev_emerg netdev_alert netdev_crit netdev_err "
              "netdev_warn netdev_notice netdev_info *scnprintf* *snprintf* sprintf vsprintf "
              "seq_printf seq_vprintf seq_puts seq_putc print_hex_dump* log_buf_* pointer "
              "hex_dump_to_buffer string string_nocheck widen_string hex_string escaped_string "
              "ip4_addr_string ip6_addr_string ip_addr_string mac_address_string bitmap_string "
              "bitmap_list_string dentry_name va_format uuid_string string_escape_mem format_decode "
              "number special_hex_number symbol_string unwind_backtrace walk_stackframe "
              "dump_mapping dump_page dump_mm dump_vma warn_alloc* unwind_next_frame* "
              "unwind_get_return* *stack_walk* stack_trace_*"},
    SkipGroup{"the way from a fault or a WARN to its report",
              "*warn_slowpath* warn warn_printk report_bug* fixup_bug handle_bug panic* *_panic die "
              "die_* oops_* *_oops notify_die no_context bad_area* do_error_trap do_trap* "
              "invalid_op exc_* asm_exc_* bad_page get_taint print_tainted warn_bogus_irq_restore "
              "do_general_protection general_protection page_fault do_page_fault* "
              "trace_do_page_fault trace_page_fault mm_fault_error async_page_fault "
              "do_async_page_fault do_kern_addr_fault do_user_addr_fault handle_page_fault* "
              "kernelmode_fixup_or_oops* spurious_fault* show_fault_oops divide_error "
              "do_divide_error error_entry paranoid_entry do_invalid_op do_int3 int3 double_fault "
              "do_double_fault df_debug handle_stack_overflow *_overflow_handler* do_debug "
              "common_interrupt* ret_from_exception search_exception* fixup_exception* do_mem_abort "
              "do_translation_fault do_bad_area do_kernel_fault die_kernel_fault do_alignment_fault "
              "do_sea do_sp_pc_abort do_tag_check_fault* do_undefinstr do_el1_* bad_el0_sync "
              "handle_bad_stack panic_bad_stack el1_* el1h_64_* el0_* el0t_* brk_handler "
              "bug_brk_handler do_debug_exception call_break_hook call_el1_break_hook bug_handler "
              "do_bad do_DataAbort do_PrefetchAbort dabt_svc pabt_svc und_svc* arm_notify_die "
              "bad_mode do_trap_break handle_exception debug_exception* "
              "restore_regs_and_return_to_kernel pgm_check_handler do_pgm_check "
              "monitor_event_exception illegal_op do_protection_exception do_dat_exception "
              "program_check_exception* program_check_common* do_program_check data_access_common* "
              "bad_page_fault machine_check_exception* alignment_exception* tlb_do_page_fault_* "
              "handle_bp handle_bp_int handle_ri handle_ri_int handle_tr handle_tr_int do_bp "
              "handle_adel_int handle_ades_int do_ade do_ri phys_addr* *x86_indirect_thunk* "
              "*assertfail* schedule_bug rust_helper_BUG"},
    SkipGroup{"lockdep and the checks for sleeping find what others hold",
              "lock_acquire* lock_release* *print_usage_bug* print_circular_bug* print_deadlock_bug "
              "print_irq_inversion* print_bad_irq* print_unlock_imbalance* print_lock_* "
              "print_freed_lock* print_held_locks* check_prev* check_path* check_noncircular "
              "check_deadlock check_irq_usage check_usage* check_wait_context* mark_lock* "
              "mark_held_locks mark_usage valid_state validate_chain add_chain_cache* "
              "lookup_chain_cache* alloc_lock_chain* add_lock_to_list* look_up_lock_class* "
              "register_lock_class usage_match* usage_accumulate noop_count save_trace "
              "count_matching_names lockdep_* reacquire_held_locks debug_check_no_locks* "
              "debug_locks_off debug_rt_mutex* debug_show_held_locks *assign_lock_key* "
              "lock_set_class lock_downgrade might_* cant_sleep* cant_migrate* *rcu_sleep_check* "
              "debug_smp_processor_id check_preemption_disabled this_cpu_* preempt_count_* "
              "*trace_hardirqs_* lockref_* *seqcount* *seqprop* rwlock_bug spin_bug spin_dump* "
              "*context_switch* lock_contend* match_held_lock find_held_lock hlock_class assert_*"},
    SkipGroup{"locks live inside someone's object",
              "raw_spin* raw_read_* raw_write_* raw_local_* do_raw_* spin_lock* spin_unlock* "
              "spin_trylock* rt_spin_* rt_read_* rt_write_* rwbase_* rtlock_* native_queued_* "
              "queued_spin* queued_read* queued_write* queue_read_lock* queue_write_lock* "
              "*pv_queued* *pv_wait* *mutex_lock* *mutex_unlock* mutex_* ww_mutex* down down_* up "
              "up_* *rwsem* *rtmutex* *rt_mutex* owner_on_cpu read_lock* write_lock* read_unlock* "
              "write_unlock* percpu_down* percpu_up* *bit_spin* hlist_bl_lock hlist_bl_unlock "
              "lock_timer_base osq_lock* osq_unlock* osq_wait_next wait_for_completion* "
              "wait_for_common* finish_wait complete seq_lock* arch_spin_* arch_read_* arch_write_* "
              "arch_local_irq* "
              "rcu_read_lock* rcu_read_unlock* srcu_read_lock* srcu_read_unlock* srcu_lock_* "
              "rcu_is_watching* rcu_lock_* rcu_note_* *reiserfs_write_lock* "
              "unlock_page* folio_unlock* lock_page* folio_lock*"},
    SkipGroup{"atomics and reference counts are part of what is counted",
              "atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* refcount_* kref_* "
              "ref_tracker* cmpxchg* xchg* xadd* iput"},
    SkipGroup{"bit operations are told what to touch",
              "test_bit* set_bit* clear_bit* test_and_* change_bit* assign_bit* generic_test_bit* "
              "const_test_bit* arch_test_* arch_set_bit* arch_clear_bit* arch_change_bit* "
              "arch___set_bit* arch___clear_bit* arch___test_and_* variable_test_bit "
              "constant_test_bit find_next_* find_first_* find_last_* find_nth_bit* find_bit* "
              "bitmap_set bitmap_clear bitmap_and bitmap_andnot bitmap_or bitmap_xor bitmap_equal "
              "bitmap_empty bitmap_full bitmap_weight* bitmap_zero bitmap_fill bitmap_copy* "
              "bitmap_subset bitmap_intersects bitmap_complement bitmap_replace bitmap_shift_* "
              "bitmap_find_* bitmap_allocate_region bitmap_release_region bitmap_parse* "
              "bitmap_print_* bitmap_from_* bitmap_to_* bitmap_cut hweight* sw_hweight*"},
    SkipGroup{"memory and string primitives are told what to touch",
              "memcpy* memset* memmove* memcmp* memchr* memscan memdup* memparse memzero_explicit "
              "pi_mem* bcmp* strlen* strnlen* strcpy* strncpy* strscpy* strlcpy* strcat* strncat* "
              "strlcat* strcmp* strncmp* strcasecmp* strncasecmp* strchr* strrchr* strnchr* strstr* "
              "strnstr* strsep* strspn* strcspn* strpbrk* strim* strreplace* skip_spaces "
              "sysfs_streq sized_strscpy kstrto* simple_strto* sscanf vsscanf copy_from_user* "
              "copy_to_user* copy_in_user* copy_user_* copy_struct_from_user inline_copy_from_user "
              "inline_copy_to_user copy_from_kernel_* copy_to_kernel_* copy_from_sockptr* "
              "copy_to_sockptr* copy_from_bpfptr* copy_from_iter* copy_to_iter* copyin copyout* "
              "*copyout* *copyin* arch_copy_* raw_copy_* clear_user* put_user put_user_1 put_user_2 "
              "put_user_4 put_user_8 put_user_nocheck_* get_user get_user_1 get_user_2 get_user_4 "
              "get_user_8 get_user_nocheck_* rep_movs* rep_stos* csum_partial* *_csum_partial* "
              "csum_and_copy_* do_csum crc* xxh32* xxh64* iterate_and_advance* iterate_iovec* "
              "iterate_ubuf* iterate_kvec* iterate_bvec* iterate_xarray* iterate_folioq* "
              "*copy_to_iter* *copy_from_iter* copy_page copy_page_to_iter* copy_page_from_iter* "
              "copy_folio_to_iter* copy_folio_from_iter* copy_highpage copy_user_highpage copy_mc_* "
              "fault_in_* probe_kernel_* siphash* hsiphash* jhash* xxhash* fortify_panic "
              "skb_put_data"},
    SkipGroup{"accessors of registers are told where to look",
              "readb readw readl readq writeb writew writel writeq raw_readb raw_readw raw_readl "
              "raw_readq raw_writeb raw_writew raw_writel raw_writeq readb_relaxed readw_relaxed "
              "readl_relaxed readq_relaxed writeb_relaxed writew_relaxed writel_relaxed "
              "writeq_relaxed logic_in* logic_out*"},
    SkipGroup{"ciphers work on what they are given",
              "crypto_* rng_* cipher_* aes_* aesti_* aesni_* xts_* cbc_* ecb_* lrw_* gcm_* ctr_* "
              "des_* des3_* drbg_* chacha_* poly1305_* ghash_* gf128mul_* polyval_* serpent_* "
              "twofish_* camellia_* cast5_* cast6_* sm3_* sm4_* md5_update md5_transform "
              "sha1_update sha1_transform* sha256_update sha256_transform* sha256_block* "
              "sha512_update sha512_transform* sha3_update keccakf* blake2s_* blake2b_*"},
    SkipGroup{"allocators find what others left behind",
              "kmalloc* do_kmalloc* kzalloc* *_zalloc* kcalloc* kvmalloc* kvzalloc* kvcalloc* "
              "krealloc* kvrealloc* do_krealloc* kfree kfree_sensitive kfree_skb* kfree_bulk "
              "kfree_const kzfree kvfree* vmalloc vmalloc_noprof vmalloc_node* vmalloc_user* "
              "vmalloc_32* vmalloc_huge* vmalloc_array* vmalloc_area_node* vzalloc* vcalloc* vfree "
              "vfree_atomic vfree_deferred kmem_cache_* cache_alloc* slab_alloc* slab_free* "
              "slab_post_alloc* slab_pre_alloc* slab_insert* slab_destroy* slab_* do_slab_free "
              "new_slab allocate_slab alloc_slab_page* alloc_slab_obj_exts* memcg_slab_* "
              "memcg_alloc_slab* discard_slab free_slab get_partial* put_partials* put_cpu_partial "
              "unfreeze_partials* deactivate_slab* alloc_page alloc_pages* alloc_page_interleave* "
              "alloc_page_mpol* alloc_frozen* alloc_percpu* free_percpu get_free_page* "
              "get_zeroed_page* get_page_from_freelist *prep_new_page* post_alloc_hook "
              "prep_compound* free_page free_pages* free_page_is_bad* free_unref* free_pcp* "
              "rmqueue* *folio_alloc* alloc_folio* filemap_get_folio* filemap_alloc_folio* "
              "pagecache_get_page* folio_put* folios_put* free_frozen* put_page qlink* *quarantine* "
              "cache_free* cache_flusharray* free_block kmem_* kmemdup* kmemleak_* create_object* "
              "pcpu_* mempool_* kstrdup* kstrndup* strndup_user kasprintf* kvasprintf* devm_k* "
              "should_fail* fail_dump set_track* set_page_owner* stack_depot_* save_stack* depot_* "
              "dma_alloc_* sk_prot_alloc sk_alloc sk_clone* alloc_inode debug_objects_mem_init "
              "alloc_workqueue* alloc_bulk* kvfree_call_rcu* do_cache_alloc cache_grow* "
              "kmem_getpages"},
    SkipGroup{"list and tree primitives follow someone's pointers",
              "idr_alloc* idr_get_free* idr_preload* idr_remove idr_find idr_get_next* idr_replace "
              "ida_* rhashtable_* rht_* list_add* list_del* list_move* list_replace* list_splice* "
              "list_bulk_move* list_empty* list_swap hlist_* llist_* rb_insert* rb_erase* rb_next* "
              "rb_prev* rb_first* rb_last* rb_replace_node* rb_link_node* rb_add* rb_find* "
              "rb_left_deepest_node rb_rotate_* rb_change_child* rbtree_* klist_* xas_*"},
    SkipGroup{"objects of the driver core belong to the driver",
              "kobject_* kset_* *kobj_* device_add device_del device_register device_unregister "
              "device_create device_create_* device_initialize get_device* put_device* "
              "device_release cdev_device_* bus_add_device bus_remove_device bus_add_driver "
              "bus_remove_driver driver_register* class_create* add_uevent_var hwrng_unregister "
              "device_private_init dev_set_name* device_destroy device_for_each_child* devm_device_release "
              "device_remove_file sysfs_remove* tty_unregister_device i2c_del_adapter __unregister_client"},
    SkipGroup{"debugging of objects and timers",
              "debug_object_* debug_check_no_obj* debug_print_object* debug_timer_* "
              "debug_assert_init* timer_is_static* work_is_static* debug_hrtimer* debug_rcu* "
              "debug_work_* debug_mutex* debug_spin* debug_write* debug_dma* debug_lock* "
              "try_to_del_timer_sync timer_delete* del_timer* timer_shutdown* init_timer* "
              "mod_timer* add_timer* internal_add_timer hrtimer_init* hrtimer_setup* timer_fixup_* "
              "*try_to_grab_pending* work_grab_pending call_rcu* sk_stop_timer* cancel_work* "
              "cancel_delayed_work* flush_workqueue* flush_delayed_work* queue_work* "
              "queue_delayed_work* mod_delayed_work* insert_work* drain_workqueue* "
              "destroy_workqueue* start_flush_work"},
    SkipGroup{"calls through the USB core are the driver's",
              "usb_start_wait_urb usb_control_msg* usb_bulk_msg* usb_interrupt_msg* usb_submit_urb* "
              "usb_kill_urb* usb_internal_control_msg usb_hcd_submit_urb usb_get_descriptor* "
              "usb_get_string* usb_string_* usb_kill_anchored_urbs dummy_urb_enqueue"},
    SkipGroup{"what others' buffers and copies are checked by",
              "sock_kmalloc* sock_kfree* skb_over_panic skb_under_panic skb_panic skb_push skb_put "
              "skb_pull* pskb_trim* usercopy_abort usercopy_warn check_object_size "
              "check_heap_object check_stack_object check_kernel_text_object check_page_span "
              "report_usercopy"},
    SkipGroup{"network devices come and go for somebody else",
              "rollback_registered* unregister_netdevice* unregister_netdev register_netdevice* "
              "register_netdev"},
    SkipGroup{"entries of the kernel, and who calls everybody",
              "entry_SYSCALL_* entry_SYSENTER* do_syscall_* do_fast_syscall_* do_int80* "
              "syscall_enter_from_user_mode* ret_from_fork* switch_to* ret_fast_syscall* el0_svc* "
              "invoke_syscall* ret_from_intr retint_* preempt_schedule* interrupt_entry* "
              "asm_sysvec_* sysvec_* process_one_work process_scheduled_works worker_thread "
              "local_bh_enable* local_bh_disable* kthread kthread_stop* kthread_park* "
              "kthread_unpark* kthread_create* kthread_bind* kthread_should_* "
              "kthread_freezable_should_stop kthread_queue_* kthread_cancel_* kthread_flush_* "
              "kthread_worker_fn kthread_destroy_worker x64_sys_call ia32_sys_call do_el0_svc "
              "system_call_exception system_call_common* system_call_vectored*"},
    SkipGroup{"primitives that stand inside everything",
              "*trace_event_raw_* perf_trace_* *trace_call_bpf* bpf_trace_* array_map_lookup* "
              "*sched_clock* get_current cpumask_* nodes_weight* get_unaligned* put_unaligned*"},
};

// A loop is somewhere between a dispatcher and the innermost frame; the function that the dispatcher called
// is the same every time the watchdog looks.
constexpr std::string_view kDispatchers =
    // the kernel's entries, and threads' beginnings
    "do_syscall_* do_fast_syscall_* do_int80_* sysenter_dispatch tracesys_phase2 *entry_SYSCALL* "
    "invoke_syscall el0_svc* do_el0_svc ret_fast_syscall ret_from_fork* kthread start_secondary "
    "secondary_startup_64* cpu_startup_entry smpboot_thread_fn run_ksoftirqd x64_sys_call "
    "ret_from_syscall* system_call* syscall_handle* handle_syscall syscall_common do_syscall do_trap_ecall* "
    // work, timers, softirqs, interrupts
    "*process_one_work* *process_scheduled_works worker_thread call_timer_fn *run_timers *run_timer_softirq "
    "*hrtimer_run* *run_hrtimer* *do_softirq* *handle_softirqs* *invoke_softirq* net_rx_action "
    "__napi_poll* napi_poll *netif_receive_skb* rcu_core* rcu_do_batch *tasklet_action* "
    "*smp_call_function* *flush_smp_call* "
    // calls that go on in one of many file systems, protocols and drivers
    "vfs_write vfs_writev vfs_read vfs_readv vfs_ioctl __vfs_* do_vfs_ioctl *sys_ioctl* *SyS_ioctl* "
    "*compat_ioctl* vfs_open "
    "do_dentry_open "
    "new_sync_write new_sync_read call_write_iter call_read_iter do_iter_* vfs_iter_* vfs_fallocate "
    "vfs_fsync* "
    "*sock_sendmsg* *sock_recvmsg* sock_read_iter sock_write_iter sock_ioctl __sys_connect __sys_bind "
    "do_sock_setsockopt __sys_setsockopt sock_common_setsockopt sock_common_getsockopt kernel_setsockopt "
    "rtnetlink_rcv_msg nfnetlink_rcv_msg netlink_dump __fput ____fput";

constexpr std::string_view kInterruptEntries =
    "*apic_timer_interrupt* asm_sysvec_* *el1_irq* *el1h_64_irq* *el0_irq* *irq_svc* nmi "
    "asm_exc_nmi "
    "end_repeat_nmi *repeat_nmi* *call_function_interrupt* *reschedule_interrupt* ret_from_intr "
    "common_interrupt asm_common_interrupt gic_handle_irq* *handle_arch_irq* "
    "el1_interrupt call_on_irq_stack do_interrupt_handler";

constexpr std::string_view kWaiting =
    "*sched* *_lock* *_slowlock* *down* *rwsem* *completion* *kthread* *wait* *synchronize* "
    "*context_switch* *__switch_to* *cancel_delayed_work* *cancel_work* *rcu_barrier* *flush_work* *ldsem_* "
    "do_read_cache_folio *msleep* *percpu_ref* *semaphore* *hrtimer_nanosleep* *do_nanosleep*";

// One of a list: "foo", "foo*", "*foo", "*foo*". Leading underscores of a name do not count, but for patterns
// that have some.
struct NamePattern {
  explicit NamePattern(std::string_view written) : text(written) {
    open_start = text.starts_with('*');
    if (open_start) text.remove_prefix(1);
    open_end = text.ends_with('*');
    if (open_end) text.remove_suffix(1);
  }

  // `bare`: the name without leading underscores.
  bool matches(std::string_view name, std::string_view bare) const {
    if (open_start) return open_end ? name.find(text) != std::string_view::npos : name.ends_with(text);
    const auto start = text.starts_with('_') ? name : bare;
    return (open_end || start.size() == text.size()) && begins_with(start, text);
  }

  std::string_view text;
  bool open_start = false, open_end = false;
};

std::string_view without_underscores(std::string_view name) {
  return name.substr(std::min(name.size(), name.find_first_not_of('_')));
}

// A bit for each character that stands in `text`; some share theirs.
std::uint64_t characters_of(std::string_view text) {
  std::uint64_t bits = 0;
  for (const char c : text) bits |= std::uint64_t{1} << (static_cast<unsigned char>(c) % 64);
  return bits;
}

// A long list, of which a name's first two characters leave few to try, and its characters few of those that
// may stand anywhere in it.
class NamePatterns {
 public:
  NamePatterns(std::initializer_list<std::string_view> lists) {
    for (const auto list : lists) add(list);
  }
  void add(std::string_view list) {
    for_each_word(list, [this](std::string_view word) {
      const NamePattern pattern(word);
      if (pattern.open_start || pattern.text.size() < 2) {
        anywhere_.push_back(pattern);
        characters_.push_back(characters_of(pattern.text));
      } else {
        by_start_[place_of<kPlaces>(pattern.text)].push_back(pattern);
      }
    });
  }

  bool match(std::string_view name) const {
    const auto bare = without_underscores(name);
    const auto begins = [&](std::string_view text) {
      if (text.size() < 2) return false;
      const auto& patterns = by_start_[place_of<kPlaces>(text)];
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const NamePattern& pattern) { return pattern.matches(name, bare); });
    };
    if (begins(bare) || (bare.size() < name.size() && begins(name))) return true;
    const auto missing = ~characters_of(name);
    for (std::size_t i = 0; i < anywhere_.size(); ++i)
      if ((characters_[i] & missing) == 0 && anywhere_[i].matches(name, bare)) return true;
    return false;
  }

 private:
  static constexpr std::size_t kPlaces = 1024;
  std::array<std::vector<NamePattern>, kPlaces> by_start_;
  std::vector<NamePattern> anywhere_;
  std::vector<std::uint64_t> characters_;  // ... of each
};

const NamePatterns& skipped() {
  static const NamePatterns patterns = [] {
    NamePatterns all({});
    for (const auto& group : kSkipped) all.add(group.names);
    return all;
  }();
  return patterns;
}

}  // namespace

std::string_view without_compiler_suffix(std::string_view symbol) {
  constexpr std::array<std::string_view, 7> kSuffixes{".isra.", ".constprop.", ".part.", ".cold",
                                                      ".llvm.", ".lto_priv.",  ".cfi"};
  if (symbol.find('.') == std::string_view::npos) return symbol;
  for (const auto suffix : kSuffixes)
    if (const auto at = symbol.find(suffix); at != std::string_view::npos && at > 0)
      symbol = symbol.substr(0, at);
  return symbol;
}

bool matches_any(std::string_view symbol, std::string_view patterns) {
  if (patterns.empty()) return false;
  const auto bare = without_underscores(symbol);
  bool any = false;
  for_each_word(patterns,
                [&](std::string_view word) { any = any || NamePattern(word).matches(symbol, bare); });
  return any;
}

bool is_skipped_function(std::string_view symbol) {
  return skipped().match(symbol);
}

bool is_test_runner(std::string_view symbol) {
  return symbol.starts_with("kunit_");
}

bool is_dispatcher(std::string_view symbol) {
  static const NamePatterns patterns({kDispatchers});
  return patterns.match(symbol);
}

bool is_interrupt_entry(std::string_view symbol) {
  static const NamePatterns patterns({kInterruptEntries});
  return patterns.match(symbol);
}

bool is_fault_injection(std::string_view symbol) {
  return symbol.starts_with("should_fail");
}

bool is_waiting_function(std::string_view symbol) {
  static const NamePatterns patterns({kWaiting});
  return patterns.match(symbol);
}

bool is_shared_wait_function(std::string_view symbol) {
  constexpr std::array<std::string_view, 5> kWaits{"rtnl_lock", "synchronize_rcu", "synchronize_srcu",
                                                   "synchronize_net", "synchronize_sched"};
  return std::any_of(kWaits.begin(), kWaits.end(),
                     [symbol](std::string_view wait) { return symbol.find(wait) != std::string_view::npos; });
}

FunctionNames names_of(std::string_view symbol) {
  constexpr std::string_view kFirsts = "_SsCck";
  if (symbol.empty() || kFirsts.find(symbol.front()) == std::string_view::npos) return {symbol};
  // The wrappers of v4.17+ differ by architecture, those inside by compiler: gcc inlines one, clang the
  // other.
  for (const std::string_view arch : {"__x64_", "__ia32_", "__arm64_", "__s390x_", "__s390_", "__riscv_"})
    if (symbol.starts_with(arch) && (symbol.substr(arch.size()).starts_with("sys_") ||
                                     symbol.substr(arch.size()).starts_with("compat_sys_")))
      return {symbol.substr(arch.size()), symbol};
  constexpr std::string_view kCall = "sys_";
  for (const std::string_view inner : {"__se_sys_", "__do_sys_", "__se_compat_sys_", "__do_compat_sys_"})
    if (symbol.starts_with(inner))
      return {symbol.substr(inner.size()), symbol.substr(inner.size() - kCall.size()), symbol};
  for (const std::string_view old :
       {"SyS_", "SYSC_", "sys_", "compat_SyS_", "C_SYSC_", "compat_sys_", "____sys_", "ksys_"})
    if (symbol.starts_with(old) && symbol.size() > old.size()) return {symbol.substr(old.size()), symbol};
  return {symbol};
}

}  // namespace parser
