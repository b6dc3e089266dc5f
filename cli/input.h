// What the user named, opened and read in chunks: files, "-", directories, gz/xz/zst/bz2 files and tar
// archives.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// One stream of text: a file, or a member of an archive.
struct InputName {
  std::string path;           // as given, as found in a directory, "-", or "archive!member"
  bool named_by_user = true;  // else found in a directory or archive: being no text is then no mistake
};

struct InputError {
  std::string path;
  std::string message;  // what is wrong
  std::string hint;     // what to do, may be empty
};

// Hears of each stream in turn. Chunks are at most kChunk bytes.
struct InputVisitor {
  std::function<void(const InputName&)> begin;
  std::function<void(std::string_view chunk)> chunk;
  std::function<void()> end;
  std::function<void(const InputError&)> failed;  // instead of begin, or after some chunks and before end
};

inline constexpr std::size_t kChunk = 256 * 1024;

// Reads `path` with everything below it. Packed input may unpack to `max_unpacked` bytes in all, then it
// fails.
void read_input(const std::string& path, std::uint64_t max_unpacked, const InputVisitor& visitor);
// The same for one of list_inputs().
void read_input(const InputName& input, std::uint64_t max_unpacked, const InputVisitor& visitor);

// The files that read_input() would read one after the other for these paths, for reading them side by side.
// What cannot be listed goes to `failed`.
std::vector<InputName> list_inputs(const std::vector<std::string>& paths,
                                   const std::function<void(const InputError&)>& failed);

// The bytes there are to read in all, for progress; 0 where that is not known (stdin, packed files count as
// packed).
std::uint64_t total_bytes(const std::vector<std::string>& paths);

}  // namespace cli
