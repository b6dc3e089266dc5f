#include "symbolize/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "symbolize/byte_cursor.h"

namespace symbolize {
namespace {

constexpr std::uint64_t kMostUnpacked = std::uint64_t{4}
                                        << 30;  // bytes in all; the largest vmlinux has 1 GiB
constexpr std::uint32_t kZstdSection = 2;       // ELFCOMPRESS_ZSTD, newer than our elf.h

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class Mapping {
 public:
  explicit Mapping(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || status.st_size <= 0) return;
    size_ = static_cast<std::size_t>(status.st_size);
    bytes_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  ~Mapping() {
    if (bytes_ != MAP_FAILED) ::munmap(bytes_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ByteCursor::Bytes bytes() const {
    if (bytes_ == MAP_FAILED) return {};
    return {static_cast<const unsigned char*>(bytes_), size_};
  }

 private:
  void* bytes_ = MAP_FAILED;
  std::size_t size_ = 0;
};

struct CloseArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

bool write_all(int fd, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

// Appends what the zstd stream holds to the file; how much that was, nothing if it is damaged or too much.
std::optional<std::uint64_t> unpack(ByteCursor::Bytes packed, int to) {
  const std::unique_ptr<archive, CloseArchive> reader(archive_read_new());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    return std::nullopt;
  }
  std::uint64_t total = 0;
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int got = archive_read_data_block(reader.get(), &block, &size, &offset);
    if (got == ARCHIVE_EOF) return total;
    if (got != ARCHIVE_OK || size > kMostUnpacked - total || !write_all(to, block, size)) return std::nullopt;
    total += size;
  }
}

bool is_zstd(ByteCursor::Bytes bytes) {
  static constexpr unsigned char kMagic[] = {0x28, 0xb5, 0x2f, 0xfd};
  return bytes.size() >= sizeof kMagic && std::memcmp(bytes.data(), kMagic, sizeof kMagic) == 0;
}

// The fields of ELF headers that are needed here, in either class and byte order.
class Headers {
 public:
  explicit Headers(ByteCursor::Bytes bytes) : bytes_(bytes) {
    if (bytes.size() < sizeof(Elf32_Ehdr) || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) return;
    wide_ = bytes[EI_CLASS] == ELFCLASS64;
    big_endian_ = bytes[EI_DATA] == ELFDATA2MSB;
    table_ = read(wide_ ? 0x28 : 0x20, word());
    entry_size_ = read(wide_ ? 0x3a : 0x2e, 2);
    count_ =
        entry_size_ >= (wide_ ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) ? read(wide_ ? 0x3c : 0x30, 2) : 0;
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t flags(std::uint64_t section) const { return read(at(section) + 8, word()); }
  std::uint64_t offset(std::uint64_t section) const { return read(at(section) + (wide_ ? 24 : 16), word()); }
  std::uint64_t size(std::uint64_t section) const { return read(at(section) + (wide_ ? 32 : 20), word()); }

  // The zstd stream of a section that is compressed so; empty for all others.
  ByteCursor::Bytes packed(std::uint64_t section) const {
    if ((flags(section) & SHF_COMPRESSED) == 0 || read(offset(section), 4) != kZstdSection) return {};
    const std::size_t header = wide_ ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr);
    const std::uint64_t from = offset(section);
    if (from > bytes_.size() || size(section) > bytes_.size() - from || size(section) < header) return {};
    return bytes_.subspan(static_cast<std::size_t>(from) + header,
                          static_cast<std::size_t>(size(section)) - header);
  }

  // Makes a section of the copy in `file` an unpacked one.
  bool point_to(int file, std::uint64_t section, std::uint64_t place, std::uint64_t length) const {
    return put(file, at(section) + 8, flags(section) & ~std::uint64_t{SHF_COMPRESSED}) &&
           put(file, at(section) + (wide_ ? 24 : 16), place) &&
           put(file, at(section) + (wide_ ? 32 : 20), length);
  }

 private:
  std::size_t word() const { return wide_ ? 8 : 4; }
  std::uint64_t at(std::uint64_t section) const { return table_ + section * entry_size_; }
  std::uint64_t read(std::uint64_t place, std::size_t width) const {
    if (place > bytes_.size()) return 0;
    return ByteCursor(bytes_.subspan(static_cast<std::size_t>(place)), big_endian_).fixed(width);
  }
  bool put(int file, std::uint64_t place, std::uint64_t value) const {
    unsigned char field[8];
    for (std::size_t i = 0; i < word(); ++i)
      field[i] = static_cast<unsigned char>(value >> (8 * (big_endian_ ? word() - 1 - i : i)));
    return ::pwrite(file, field, word(), static_cast<off_t>(place)) == static_cast<ssize_t>(word());
  }

  ByteCursor::Bytes bytes_;
  bool wide_ = false;
  bool big_endian_ = false;
  std::uint64_t table_ = 0;
  std::uint64_t entry_size_ = 0;
  std::uint64_t count_ = 0;
};

// The ELF file with its zstd sections unpacked, behind all else; -1 if it has none.
Fd with_plain_sections(ByteCursor::Bytes bytes) {
  const Headers headers(bytes);
  std::vector<std::uint64_t> sections;
  for (std::uint64_t i = 0; i < headers.count(); ++i) {
    if (!headers.packed(i).empty()) sections.push_back(i);
  }
  if (sections.empty()) return Fd(-1);
  Fd copy(::memfd_create("unpacked", MFD_CLOEXEC));
  if (copy.get() < 0 || !write_all(copy.get(), bytes.data(), bytes.size())) return Fd(-1);
  std::uint64_t end = bytes.size();
  for (const std::uint64_t section : sections) {
    const std::uint64_t place = (end + 15) / 16 * 16;
    if (::lseek(copy.get(), static_cast<off_t>(place), SEEK_SET) < 0) return Fd(-1);
    const std::optional<std::uint64_t> length = unpack(headers.packed(section), copy.get());
    // A damaged section stays as it was: its part of the debug information is then missing, not all.
    if (!length || place + *length > kMostUnpacked) continue;
    if (!headers.point_to(copy.get(), section, place, *length)) return Fd(-1);
    end = place + *length;
  }
  return copy;
}

}  // namespace

int without_zstd(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return -1;
  const Mapping mapping(file.get());
  if (!is_zstd(mapping.bytes())) return with_plain_sections(mapping.bytes()).release();
  Fd whole(::memfd_create("unpacked", MFD_CLOEXEC));
  if (whole.get() < 0 || !unpack(mapping.bytes(), whole.get())) return -1;
  const Mapping unpacked(whole.get());
  Fd plain = with_plain_sections(unpacked.bytes());
  return plain.get() >= 0 ? plain.release() : whole.release();
}

}  // namespace symbolize
