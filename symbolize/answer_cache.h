// Answers given before for one file, kept on disk for the next run. One file per build-id. It is read whole,
// written beside and renamed into place, so that any number of processes may share the folder: the last one
// wins, and what another added meanwhile is taken along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "symbolize/query.h"

namespace symbolize {

struct CachePlace {
  std::string folder;    // empty: nothing is kept
  std::string build_id;  // of the file that the answers are about; empty: nothing is kept
  std::string context;   // whatever else the answers depend on; a stored file with another one is not used
};

class AnswerCache {
 public:
  static constexpr std::size_t kMostAnswers = 400'000;
  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;  // of one file
  static constexpr std::uint64_t kMostFolderBytes = std::uint64_t{256}
                                                    << 20;  // of all of them; the oldest go first

  // Reads what is stored. A file that is damaged, of another format or of another context counts as none.
  explicit AnswerCache(CachePlace place);

  // The question in one line; `address` is link-time. Equal questions to one file have equal answers.
  static std::string key(const Query& query, std::optional<std::uint64_t> address);

  std::optional<Answer> find(const std::string& key) const;
  void add(std::string key, const Answer& answer);
  // Writes the file when something was added. Failing costs the next run its time and nothing else.
  void save();

 private:
  using Lines = std::unordered_map<std::string, std::string>;
  std::string path() const;
  std::string header() const;
  Lines load() const;
  void limit_folder() const;

  CachePlace place_;
  bool kept_at_all() const { return !place_.folder.empty() && !place_.build_id.empty(); }
  Lines kept_;  // key to encoded answer
  bool changed_ = false;
};

}  // namespace symbolize
