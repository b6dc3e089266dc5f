#include "symbolize/line_table.h"

#include <dwarf.h>

#include <algorithm>

namespace symbolize {
namespace {

std::string_view text_at(ByteCursor::Bytes strings, std::uint64_t offset, bool big_endian) {
  if (offset >= strings.size()) return {};
  return ByteCursor(strings.subspan(static_cast<std::size_t>(offset)), big_endian).text();
}

// What the rows since the start of a sequence have said, as the standard names it.
struct Registers {
  std::uint64_t address = 0;
  std::uint64_t file = 1;
  std::uint64_t line = 1;
};

// Hands out rows: those of a sequence go up in address, and each holds until the next.
class Matcher {
 public:
  Matcher(std::span<const std::uint64_t> addresses, std::vector<LineTable::Row>& rows)
      : addresses_(addresses), rows_(rows) {}

  void row(const Registers& now) {
    if (!open_) {
      next_ = static_cast<std::size_t>(std::lower_bound(addresses_.begin(), addresses_.end(), now.address) -
                                       addresses_.begin());
      open_ = true;
    }
    settle(now.address);
    last_ = now;
  }
  void end(std::uint64_t address) {
    if (open_) settle(address);
    open_ = false;
  }

 private:
  void settle(std::uint64_t until) {
    for (; next_ < addresses_.size() && addresses_[next_] < until; ++next_) {
      if (!rows_[next_].found) rows_[next_] = {last_.file, last_.line, true};
    }
  }

  std::span<const std::uint64_t> addresses_;
  std::vector<LineTable::Row>& rows_;
  std::size_t next_ = 0;  // first address not before the last row's
  bool open_ = false;
  Registers last_;
};

}  // namespace

LineTable::LineTable(const DwarfSections& sections, std::uint64_t offset, std::string_view comp_dir)
    : sections_(sections), comp_dir_(comp_dir) {
  if (offset >= sections.line.size()) return;
  ByteCursor cursor(sections.line.subspan(static_cast<std::size_t>(offset)), sections.big_endian);
  std::uint64_t length = cursor.fixed(4);
  if (length == 0xffffffff) {
    offset_width_ = 8;
    length = cursor.fixed(8);
  }
  ByteCursor unit = cursor.part(length);
  if (!unit.good() || !read_header(unit)) {
    files_.clear();
    program_ = {};
    line_range_ = 1;  // divided by
  }
}

bool LineTable::read_header(ByteCursor& unit) {
  version_ = static_cast<unsigned>(unit.fixed(2));
  if (version_ < 2 || version_ > 5) return false;
  if (version_ >= 5)
    unit.skip(2);  // sizes of address and segment selector: DW_LNE_set_address has its own length
  ByteCursor header = unit.part(unit.fixed(offset_width_));
  least_instruction_ = header.byte();
  if (version_ >= 4) header.skip(1);  // operations per instruction: one everywhere that Linux runs
  header.skip(1);                     // default of is_stmt
  line_base_ = static_cast<std::int8_t>(header.byte());
  line_range_ = header.byte();
  opcode_base_ = header.byte();
  if (line_range_ == 0 || opcode_base_ == 0) return false;
  for (unsigned i = 1; i < opcode_base_; ++i) operands_.push_back(header.byte());
  if (version_ >= 5) {
    read_entries(header, true);
    read_entries(header, false);
  } else {
    read_old_names(header);
  }
  program_ = unit;
  return header.good() && unit.good();
}

// Up to version 4: two lists, each ended by an empty name. Both count from 1; 0 is the compilation directory.
void LineTable::read_old_names(ByteCursor& header) {
  directories_.push_back(comp_dir_);
  files_.emplace_back();
  for (std::string_view name = header.text(); !name.empty(); name = header.text())
    directories_.push_back(name);
  for (std::string_view name = header.text(); !name.empty(); name = header.text()) {
    const std::uint64_t directory = header.uleb();
    header.uleb();  // time
    header.uleb();  // length
    files_.push_back({name, directory});
  }
}

// From version 5 on: a description of the columns, then the rows. Both count from 0, directory 0 is the
// compilation's.
void LineTable::read_entries(ByteCursor& header, bool directories) {
  struct Column {
    std::uint64_t content = 0;
    std::uint64_t form = 0;
  };
  std::vector<Column> columns;
  for (unsigned n = header.byte(); n > 0; --n) {
    const std::uint64_t content = header.uleb();
    columns.push_back({content, header.uleb()});
  }
  const std::uint64_t count = header.uleb();
  if (columns.empty()) return;
  // Each form takes at least a byte, but for those that read_form does not know, so a huge count ends with
  // the bytes.
  for (std::uint64_t i = 0; i < count && header.good() && !header.at_end(); ++i) {
    File entry;
    for (const Column& column : columns) {
      std::string_view text;
      std::uint64_t number = 0;
      if (!read_form(header, column.form, text, number)) {
        header.skip(~std::uint64_t{0});
        return;
      }
      if (column.content == DW_LNCT_path) entry.name = text;
      if (column.content == DW_LNCT_directory_index) entry.directory = number;
    }
    if (directories) {
      directories_.push_back(entry.name);
    } else {
      files_.push_back(entry);
    }
  }
}

bool LineTable::read_form(ByteCursor& header, std::uint64_t form, std::string_view& text,
                          std::uint64_t& number) const {
  switch (form) {
    case DW_FORM_string:
      text = header.text();
      return true;
    case DW_FORM_line_strp:
      text = text_at(sections_.line_strings, header.fixed(offset_width_), sections_.big_endian);
      return true;
    case DW_FORM_strp:
      text = text_at(sections_.strings, header.fixed(offset_width_), sections_.big_endian);
      return true;
    case DW_FORM_udata:
      number = header.uleb();
      return true;
    case DW_FORM_data1:
      number = header.fixed(1);
      return true;
    case DW_FORM_data2:
      number = header.fixed(2);
      return true;
    case DW_FORM_data4:
      number = header.fixed(4);
      return true;
    case DW_FORM_data8:
      number = header.fixed(8);
      return true;
    case DW_FORM_data16:  // MD5 of the file
      header.skip(16);
      return true;
    case DW_FORM_block:
      header.skip(header.uleb());
      return true;
    default:
      return false;
  }
}

std::vector<LineTable::Row> LineTable::rows(std::span<const std::uint64_t> addresses) const {
  std::vector<Row> found(addresses.size());
  Matcher matcher(addresses, found);
  ByteCursor program = program_;
  Registers now;
  const std::uint64_t const_add = std::uint64_t{(255U - opcode_base_) / line_range_} * least_instruction_;
  while (program.good() && !program.at_end()) {
    const std::uint8_t opcode = program.byte();
    if (opcode >= opcode_base_) {
      const unsigned adjusted = static_cast<unsigned>(opcode) - opcode_base_;
      now.address += std::uint64_t{adjusted / line_range_} * least_instruction_;
      now.line += static_cast<std::uint64_t>(std::int64_t{line_base_} + adjusted % line_range_);
      matcher.row(now);
      continue;
    }
    switch (opcode) {
      case 0: {
        ByteCursor extended = program.part(program.uleb());
        const std::size_t length = extended.size();
        switch (extended.byte()) {
          case DW_LNE_end_sequence:
            matcher.end(now.address);
            now = {};
            break;
          case DW_LNE_set_address:
            if (length > 1) now.address = extended.fixed(length - 1);
            break;
          default:
            break;
        }
        break;
      }
      case DW_LNS_copy:
        matcher.row(now);
        break;
      case DW_LNS_advance_pc:
        now.address += program.uleb() * least_instruction_;
        break;
      case DW_LNS_advance_line:
        now.line += static_cast<std::uint64_t>(program.sleb());
        break;
      case DW_LNS_set_file:
        now.file = program.uleb();
        break;
      case DW_LNS_const_add_pc:
        now.address += const_add;
        break;
      case DW_LNS_fixed_advance_pc:
        now.address += program.fixed(2);
        break;
      default:  // those that matter only to debuggers, and those of later standards
        for (unsigned n = operands_[opcode - 1U]; n > 0; --n) program.uleb();
        break;
    }
  }
  return found;
}

std::string LineTable::file(std::uint64_t number) const {
  if (number >= files_.size()) return {};
  const File& file = files_[static_cast<std::size_t>(number)];
  if (file.name.empty() || file.name.front() == '/') return std::string(file.name);
  std::string path;
  const auto join = [&path](std::string_view part) {
    if (!path.empty() && path.back() != '/') path.push_back('/');
    path.append(part);
  };
  std::string_view directory;
  if (file.directory < directories_.size())
    directory = directories_[static_cast<std::size_t>(file.directory)];
  if (file.directory == 0) directory = comp_dir_;
  if (file.directory != 0 && (directory.empty() || directory.front() != '/')) join(comp_dir_);
  join(directory);
  join(file.name);
  return path;
}

}  // namespace symbolize
