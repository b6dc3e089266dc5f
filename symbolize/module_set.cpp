#include "symbolize/module_set.h"

#include <algorithm>

namespace symbolize {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_build_id(std::string_view printed, std::string_view whole) {
  constexpr std::size_t kFewestDigits = 8;
  if (printed.size() > whole.size()) return false;
  if (printed.size() < whole.size() && printed.size() < kFewestDigits) return false;
  return std::equal(printed.begin(), printed.end(), whole.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

ModuleSet::ModuleSet(const Options& options, Object* kernel, std::vector<Notice>& notices)
    : options_(options), kernel_(kernel), notices_(notices), finder_(options.module_dirs) {}

void ModuleSet::remember_id(std::string_view name, std::string_view build_id) {
  if (!build_id.empty()) ids_.insert_or_assign(module_key(name), std::string(build_id));
}

const ModuleSet::Found& ModuleSet::get(std::string_view name, std::string_view build_id) {
  std::string key = module_key(name);
  std::string id(build_id);
  if (id.empty()) {
    const auto last = ids_.find(key);
    if (last != ids_.end()) id = last->second;
  }
  auto known = found_.find({key, id});
  if (known == found_.end()) {
    Found found = open(name, id);
    known = found_.emplace(std::pair(std::move(key), std::move(id)), std::move(found)).first;
  }
  return known->second;
}

Object* ModuleSet::object_at(const std::string& path, std::string& trouble) {
  const auto known = objects_.find(path);
  if (known != objects_.end()) return known->second.get();
  Result<ElfFile> file = ElfFile::open(path);
  if (!file) {
    trouble = file.failure().file + ": " + file.failure().message;
    return nullptr;
  }
  Object::Context context{options_.debug_dirs, options_.strip_prefix, kernel_, options_.cache_dir};
  auto object = std::make_unique<Object>(std::move(file).value(), context);
  return objects_.emplace(path, std::move(object)).first->second.get();
}

void ModuleSet::save_answers() {
  for (auto& object : objects_) object.second->answers().save();
}

ModuleSet::Found ModuleSet::open(std::string_view name, std::string_view build_id) {
  const std::vector<std::string>& paths = finder_.find(name);
  if (paths.empty()) {
    Found found;
    found.reason = "module not found: tried ";
    if (finder_.dirs().empty()) found.reason = "module not found: no folder of modules was given";
    for (std::size_t i = 0; i < finder_.dirs().size(); ++i) {
      found.reason += (i == 0 ? "" : ", ") + finder_.dirs()[i];
    }
    return found;
  }
  Object* without_lines = nullptr;
  Object* of_other_build = nullptr;
  std::string trouble;
  for (const std::string& path : paths) {
    Object* object = object_at(path, trouble);
    if (object == nullptr) continue;
    if (!build_id.empty() && !object->build_id().empty() && !same_build_id(build_id, object->build_id())) {
      if (of_other_build == nullptr) of_other_build = object;
      continue;
    }
    if (object->has_dwarf()) return {object, {}};
    if (without_lines == nullptr) without_lines = object;
  }
  if (without_lines != nullptr) {
    notices_.push_back(
        {"module without debug information: only its symbols are known", without_lines->path()});
    return {without_lines, {}};
  }
  if (of_other_build != nullptr) {
    std::string differs = "build-id differs: the log has " + std::string(build_id) + ", " +
                          of_other_build->path() + " has " + of_other_build->build_id();
    notices_.push_back({differs, of_other_build->path()});
    if (options_.allow_mismatch) return {of_other_build, {}};
    return {nullptr, std::move(differs)};
  }
  return {nullptr, "module not readable: " + trouble};
}

}  // namespace symbolize
