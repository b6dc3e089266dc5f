// The lines that say where a CPU was, in each architecture's words.
#pragma once
#include <optional>
#include <string_view>

namespace parser {

// The frame's text, "foo+0x1a/0x40 [mod]", of a line such as "RIP: 0010:foo+0x1a/0x40 [mod]", "pc :
// foo+0x..", "PC is at foo+0x..", "epc : foo+0x..", "NIP [c000...] foo+0x..", "ERA: 9000... foo+0x..", "Krnl
// PSW : 0404... 0000... (foo+0x..)", "EIP: foo+0x..", "IP: [<...>] foo+0x..". Empty if `body` is no such line
// or stands for a place outside the kernel.
std::optional<std::string_view> read_program_counter(std::string_view body);

}  // namespace parser
