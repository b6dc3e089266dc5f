// What mem_dump_obj() says of an address: the slab object that it lies in, by arm's oopses for each register
// and by RCU for a callback that is queued twice.
#pragma once
#include <optional>
#include <string_view>

#include "parser/model.h"

namespace parser {

// Cheap: whether `text` may be such a line. It begins with "slab " where the kernel continues an earlier
// line.
bool may_tell_object(std::string_view text);

// "slab kmalloc-64 start ffff888104a3c000 pointer offset 24 size 64 allocated at f+0x1/0x2" -> kmalloc-64, 64
// bytes, 0xffff888104a3c000. From v5.12 on; mm/slab_common.c, kmem_dump_obj(). Empty for a register's: of
// those nobody knows which one the report is about.
std::optional<Object> read_dumped_object(std::string_view text);

// Whether such a stack is the depot's: until v5.19 SLUB kept 16 addresses in the object. A release that is
// not known counts as later.
bool dumps_depot_stacks(std::string_view release);

}  // namespace parser
