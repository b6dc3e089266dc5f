// What changes a log's lines and not only their front: /dev/kmsg, journald's and dmesg's JSON, logcat, LAVA,
// quoted-printable mail. Told line by line, like prefixes. Raw lines in, the kernel's lines out; what cannot
// be read passes through as it is.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/json_log.h"
#include "parser/kmsg.h"
#include "parser/logcat.h"
#include "parser/prefix.h"
#include "parser/quoted_printable.h"

namespace parser {

class ContainerReader {
 public:
  // Calls on_line(const Line&) for each line that is complete with `raw`: mostly one, none where a record
  // goes on, several where it has several. Numbers never fall. Views are good for the call only.
  template <typename OnLine>
  void take(std::string_view raw, std::uint64_t number, OnLine&& on_line) {
    if (!busy_ && !may_begin_container(raw)) return on_line(prefixes_.read(raw, number));
    unpack(raw, number);
    hand_on(on_line);
  }

  // The last line, if the next ones are read as it was: by their own prefixes, as soon as they are complete.
  Line* last_plain() { return busy_ ? nullptr : &prefixes_.last(); }

  // Ends the input.
  template <typename OnLine>
  void finish(OnLine&& on_line) {
    flush();
    hand_on(on_line);
    busy_ = in_dmesg_ = after_kmsg_ = false;
    mail_.reset();
    prefixes_ = {};
  }

 private:
  static constexpr std::size_t kMaxHeldLines =
      8 * 1024;  // of one JSON object; a byte of its text may have one
  static constexpr std::size_t kMaxHeldBytes = 256 * 1024;

  struct Item {
    Line line;
    std::string text;  // what line.text views
  };

  bool may_begin_container(std::string_view raw) const {
    if (raw.empty()) return false;
    switch (raw.front()) {
      case '{':
        return true;
      case '-':
        return raw.starts_with("- {");
      case '[':
      case ' ':
        return raw.back() == '{' || (raw.back() == '=' && mail_.wants(raw));
      default:
        if (raw.front() >= '0' && raw.front() <= '9' && (may_be_kmsg(raw) || may_be_logcat(raw))) return true;
        return mail_.wants(raw);
    }
  }

  template <typename OnLine>
  void hand_on(OnLine&& on_line) {
    for (std::size_t i = 0; i < used_; ++i) on_line(items_[i].line);
    used_ = 0;
  }

  void unpack(std::string_view raw, std::uint64_t number);
  void read_whole(std::string_view raw, std::uint64_t number);
  bool read_one(std::string_view raw, std::uint64_t number);
  bool take_json_line(std::string_view raw, std::uint64_t number);
  void end_object();
  void release_held();
  void flush();
  void put(const Line& line, std::uint64_t number);
  void put_raw(std::string_view raw, std::uint64_t number);

  PrefixReader prefixes_;
  QuotedPrintable mail_;
  JsonLogReader json_;
  std::deque<Item> items_;  // the first used_ of them are to be handed on
  std::size_t used_ = 0;
  std::vector<std::pair<std::uint64_t, std::string>> held_;  // the lines of an object that is not complete
  std::size_t held_bytes_ = 0;
  std::string text_;
  bool busy_ = false;        // the next line must be unpacked whatever it looks like
  bool in_dmesg_ = false;    // dmesg -J: within "dmesg": [
  bool after_kmsg_ = false;  // " KEY=value" lines may follow
};

}  // namespace parser
