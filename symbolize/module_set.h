// The modules of a run: each file is found and opened when the first frame asks for it, and kept.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "symbolize/module_finder.h"
#include "symbolize/object.h"
#include "symbolize/symbolizer.h"

namespace symbolize {

// Are these the same id? A log may print only its first digits (at least 8), in either case.
bool same_build_id(std::string_view printed, std::string_view whole);

class ModuleSet {
 public:
  struct Found {
    Object* object = nullptr;  // the set's; nullptr with a reason
    std::string reason;
  };

  // `kernel` may be nullptr and must outlive the set; notices are appended to `notices`.
  ModuleSet(const Options& options, Object* kernel, std::vector<Notice>& notices);

  // `build_id` as printed, or empty: then the one last seen for that module counts, if any.
  const Found& get(std::string_view name, std::string_view build_id);
  // Frames of a log's stored stacks name a module without its build-id; frames of live traces have it.
  void remember_id(std::string_view name, std::string_view build_id);

  // Stores what was answered, for the next run.
  void save_answers();

 private:
  Found open(std::string_view name, std::string_view build_id);
  Object* object_at(const std::string& path, std::string& trouble);

  const Options& options_;
  Object* kernel_;
  std::vector<Notice>& notices_;
  ModuleFinder finder_;
  std::map<std::string, std::unique_ptr<Object>> objects_;      // by path
  std::map<std::pair<std::string, std::string>, Found> found_;  // by module_key and build-id
  std::map<std::string, std::string, std::less<>> ids_;         // last id seen, by module_key
};

}  // namespace symbolize
