#include "parser/model.h"

#include <array>

namespace parser {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::call:
      return "call";
    case Role::alloc:
      return "alloc";
    case Role::free:
      return "free";
    case Role::work:
      return "work";
    case Role::work2:
      return "work2";
    case Role::slub_alloc:
      return "slub_alloc";
    case Role::slub_free:
      return "slub_free";
    case Role::page_alloc:
      return "page_alloc";
    case Role::page_free:
      return "page_free";
    case Role::kmemleak:
      return "kmemleak";
    case Role::kmsan_origin:
      return "kmsan_origin";
    case Role::ref_tracker:
      return "ref_tracker";
    case Role::drm:
      return "drm";
    case Role::listed:
      return "listed";
    case Role::nmi:
      return "nmi";
    case Role::task:
      return "task";
    case Role::lock:
      return "lock";
    case Role::local:
      return "local";
  }
  return "";
}

std::string_view family_name(Family family) {
  static constexpr std::array<std::string_view, kFamilies> kNames{"kasan",
                                                                  "slub",
                                                                  "kfence",
                                                                  "kmsan",
                                                                  "kcsan",
                                                                  "ubsan",
                                                                  "kmemleak",
                                                                  "warning",
                                                                  "bug",
                                                                  "oops",
                                                                  "lockdep",
                                                                  "rcu_stall",
                                                                  "hung_task",
                                                                  "lockup",
                                                                  "atomic",
                                                                  "refcount",
                                                                  "list",
                                                                  "bad_page",
                                                                  "stack_overflow",
                                                                  "unregister_netdevice",
                                                                  "busy_inodes",
                                                                  "panic",
                                                                  "oom",
                                                                  "reboot",
                                                                  "harness",
                                                                  "unrecognised"};
  return kNames[static_cast<std::size_t>(family)];
}

std::string_view demux_name(Demux demux) {
  switch (demux) {
    case Demux::caller:
      return "caller";
    case Demux::inferred:
      return "inferred";
    case Demux::none:
      break;
  }
  return "none";
}

std::string_view access_name(Access::Kind kind) {
  switch (kind) {
    case Access::Kind::read:
      return "read";
    case Access::Kind::write:
      return "write";
    case Access::Kind::free:
      return "free";
    case Access::Kind::unknown:
      break;
  }
  return "";
}

std::string_view input_kind_name(InputKind kind) {
  switch (kind) {
    case InputKind::text:
      return "text";
    case InputKind::log:
      return "log";
    case InputKind::slab_traces:
      return "slab_traces";
    case InputKind::page_owner:
      return "page_owner";
    case InputKind::page_owner_stacks:
      return "page_owner_stacks";
    case InputKind::depot_stats:
      return "stackdepot_stats";
    case InputKind::stack_list:
      return "stack_list";
    case InputKind::kmemleak:
      return "kmemleak";
    case InputKind::ref_tracker:
      return "ref_tracker";
  }
  return "";
}

}  // namespace parser
