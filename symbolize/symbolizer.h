// The library's front: open a kernel once, then turn frames into places in the source, a batch at a time.
// Files are opened when a query first needs them and stay open as long as the Symbolizer lives. Its end is
// also when new answers go to the cache folder, if there is one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbolize/query.h"
#include "symbolize/result.h"

namespace symbolize {

struct Options {
  std::string vmlinux;  // ELF with symbols, best with DWARF; empty: modules only
  std::string
      symbols;  // text of a System.map or of /proc/kallsyms, for addresses and where there is no vmlinux
  std::string symbols_path;  // where that is from, for messages
  std::vector<std::string>
      module_dirs;                      // searched with all folders below for NAME.ko, .ko.debug, .ko.xz, ...
  std::vector<std::string> debug_dirs;  // for stripped files: roots with .build-id/, as /usr/lib/debug
  std::optional<std::string> strip_prefix;    // replaces the guess at the build directory; "" strips nothing
  std::optional<std::uint64_t> kaslr_offset;  // for raw addresses of queries that bring none
  std::string cache_dir;                      // answers are kept here between runs; empty: nowhere
  bool allow_mismatch = false;                // answer from a file whose build-id is another than the query's
};

// Something that the user should hear once, not once per frame.
struct Notice {
  std::string message;  // "build-id differs: the log has ..., the file ..."
  std::string file;
};

class Symbolizer {
 public:
  // Opens the kernel. Fails when a file that was named cannot be used at all; modules are looked for later.
  static Result<Symbolizer> open(Options options);

  Symbolizer(Symbolizer&&) noexcept;
  Symbolizer& operator=(Symbolizer&&) noexcept;
  ~Symbolizer();

  // One answer per query, in the order of the queries. Larger batches are cheaper per query: those that fall
  // into the same compilation unit share the work. Not safe to call from two threads at once.
  std::vector<Answer> resolve(std::span<const Query> queries);

  // Build-id of the kernel file in lower-case hex; empty when it has none or no kernel was given.
  const std::string& kernel_build_id() const;

  // The release that the kernel file calls itself in its banner, "6.12.117-lab"; empty when it has none or no
  // kernel was given.
  const std::string& kernel_release() const;

  // What came up since the last call (mismatched build-ids, modules without debug information), each once.
  std::vector<Notice> take_notices();

 private:
  class Impl;
  explicit Symbolizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace symbolize
