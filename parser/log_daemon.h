// What programs that carry kernel lines put before them: syslogd, journald, CI systems, mail. Each function
// takes its shape off the front of `text` and says whether it was there.
#pragma once
#include <string_view>

#include "parser/prefix.h"

namespace parser {

// dmesg -T "Thu Jan 25 17:37:24 2024", dmesg -e "Jan25 17:37", terminal programs "2024-01-25 17:37:24.123"
bool skip_wall_clock(std::string_view& text);

// rsyslog, journald short and short-precise "Jan 25 17:37:24.123456 host kernel: "; journald short-full "Thu
// 2024-01-25 17:37:24 UTC host kernel: "; OpenWrt's logread "Thu Jan 25 17:37:24 2024 kern.err kernel: "
bool take_syslog(std::string_view& text, Line& line);

// "2024-01-25T17:37:24.123456+00:00 host kernel: " of syslog and journald, "2024-01-25T17:37:24,345678+00:00
// " of dmesg, "2024-01-25T17:37:24.1234567Z " of CI systems, with "00O " behind it GitLab's.
bool take_iso(std::string_view& text, Line& line);

// journald short-unix: "1706204244.123456 host kernel: "
bool take_unix_time(std::string_view& text, Line& line);

// "host kernel: " behind the time of journald's short-monotonic
bool skip_kernel_tag(std::string_view& text);

// GitLab's "section_start:1706204244:build_script\r"; what follows is a heading.
bool take_ci_section(std::string_view& text, Line& line);

// "> ", ">> ", "> > " of quoted mail; ">ffff888106d3a480: fb fb" is the kernel's mark of a row.
bool skip_quote(std::string_view& text);

// "Panic#1 Part1" and "====1706204244.123456-D", which pstore and ramoops put above a record
bool is_pstore_heading(std::string_view text);

}  // namespace parser
