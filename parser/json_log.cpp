#include "parser/json_log.h"

#include <simdjson.h>

#include "parser/scan.h"

namespace parser {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// journald writes what is no UTF-8 as an array of bytes.
bool read_text(element value, std::string& text) {
  text.clear();
  std::string_view words;
  if (!value.get(words)) {
    text = words;
    return true;
  }
  array bytes;
  if (value.get(bytes)) return false;
  for (const auto item : bytes) {
    std::uint64_t byte = 0;
    if (item.get(byte) || byte > 255) return false;
    text.push_back(static_cast<char>(byte));
  }
  return true;
}

// journald writes numbers as strings.
template <typename Number>
std::optional<Number> read_number(const object& record, const char* key) {
  element value;
  if (record[key].get(value)) return std::nullopt;
  std::string_view text;
  if (!value.get(text)) return to_number<Number>(text);
  std::int64_t number = 0;
  if (value.get(number)) return std::nullopt;
  return static_cast<Number>(number);
}

void read_journal(const object& record, Line& line) {
  std::string_view word;
  const bool has_transport = !record["_TRANSPORT"].get(word);
  bool kernel = has_transport && word == "kernel";
  const bool has_identifier = !record["SYSLOG_IDENTIFIER"].get(word);
  kernel = kernel || (has_identifier && word == "kernel");
  // --output-fields may have left both out; then nothing speaks against it.
  line.userspace = !kernel && (has_transport || has_identifier);
  line.time.set(read_number<std::int64_t>(record, "_SOURCE_MONOTONIC_TIMESTAMP"));
  if (const auto level = read_number<std::int64_t>(record, "PRIORITY"); level && *level >= 0 && *level <= 7)
    line.level = static_cast<int>(*level);
}

void read_dmesg(const object& record, Line& line) {
  if (const auto priority = read_number<std::int64_t>(record, "pri"); priority && *priority >= 0) {
    line.level = static_cast<int>(*priority & 7);
    line.userspace = *priority > 7;  // facility * 8 + level
  }
  double seconds = 0;
  if (!record["time"].get(seconds) && seconds >= 0 && seconds < 1e12)
    line.time.set(static_cast<std::int64_t>(seconds * 1e6 + 0.5));
  std::string_view caller;
  if (!record["caller"].get(caller)) {
    caller = trim_right(trim_left(caller));
    if (caller.size() > 1 && (caller.front() == 'T' || caller.front() == 'C'))
      if (const auto id = to_number<std::uint32_t>(caller.substr(1))) line.caller = {caller.front(), *id};
  }
}

}  // namespace

struct JsonLogReader::Json {
  simdjson::dom::parser parser;
};

JsonLogReader::JsonLogReader() : json_(std::make_unique<Json>()) {}
JsonLogReader::~JsonLogReader() = default;

std::optional<Line> JsonLogReader::read(std::string_view text_of_object, std::string& text) {
  object record;
  std::string repaired;
  auto error = json_->parser.parse(text_of_object.data(), text_of_object.size(), true).get(record);
  if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) {
    // dmesg -J writes the bytes of a damaged buffer as they are.
    repaired = text_of_object;
    for (auto& c : repaired)
      if (static_cast<unsigned char>(c) >= 0x80 || (static_cast<unsigned char>(c) < 0x20 && c != '\n'))
        c = '?';
    error = json_->parser.parse(repaired).get(record);
  }
  if (error) return std::nullopt;

  Line line;
  line.prefixed = true;
  element message;
  if (!record["MESSAGE"].get(message))
    read_journal(record, line);
  else if (!record["msg"].get(message))
    read_dmesg(record, line);
  else
    return std::nullopt;
  if (!read_text(message, text)) return std::nullopt;
  line.text = text;
  return line;
}

}  // namespace parser
