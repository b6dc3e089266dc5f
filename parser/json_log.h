// Kernel lines as JSON objects: journalctl -o json and json-pretty, dmesg -J.
//   {"_TRANSPORT":"kernel","PRIORITY":"3","MESSAGE":"BUG: KASAN:
//   ...","_SOURCE_MONOTONIC_TIMESTAMP":"12345678"}
//   {"pri": 3, "time": 12.345678, "caller": "T123", "msg": "BUG: KASAN: ..."}
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parser/prefix.h"

namespace parser {

class JsonLogReader {
 public:
  JsonLogReader();
  ~JsonLogReader();

  // The record that `object` is, its text in `text`: a newline in it parts two lines. Records of programs
  // have Line::userspace set. Empty if it is no record.
  std::optional<Line> read(std::string_view object, std::string& text);

 private:
  struct Json;  // keeps simdjson's header out of here

  std::unique_ptr<Json> json_;
};

}  // namespace parser
