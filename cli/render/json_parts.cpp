#include "cli/render/json_parts.h"

#include "cli/render/escape.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

Json stats_json(const depot::Stats& stats) {
  Json json = Json::object();
  const auto add = [&](const auto& fields) {
    for (const auto& field : fields)
      if (const auto& value = stats.*field.member; value && !json.contains(field.name))
        json[std::string(field.name)] = *value;
  };
  add(depot::kFixedStats);
  add(depot::kSplitStats);
  return json;
}

}  // namespace

Json input_json(const InputFacts& input) {
  return {{"path", valid_utf8(input.path)},
          {"kind", parser::input_kind_name(input.kind)},
          {"bytes", input.bytes},
          {"lines", input.lines}};
}

Json config_json(const depot::Config& config, bool is_log) {
  return {{"name", valid_utf8(config.name)},
          {"kernel", config.kernel.to_string()},
          {"this_log", is_log},
          {"page_size", config.page_size},
          {"word", config.word},
          {"max_frames", config.max_frames}};
}

Json config_json(const depot::Config& config, const depot::Accounting& accounting, bool is_log) {
  const depot::Layout layout(config);
  auto json = config_json(config, is_log);
  json.update(Json{{"records", accounting.records()},
                   {"refcounted", accounting.refcounted},
                   {"persistent", accounting.persistent},
                   {"freelist", accounting.freelist},
                   {"header_bytes", accounting.header_bytes},
                   {"entry_bytes", accounting.entry_bytes},
                   {"padding_bytes", accounting.padding_bytes},
                   {"unused_slot_bytes", accounting.unused_slot_bytes},
                   {"freelist_bytes", accounting.freelist_bytes},
                   {"tail_bytes", accounting.tail_bytes},
                   {"last_pool_free_bytes", accounting.last_pool_free_bytes},
                   {"wasted_bytes", accounting.wasted_bytes()},
                   {"pools", accounting.pools},
                   {"pool_bytes", accounting.pool_bytes},
                   {"pool_offset", accounting.pool_offset},
                   {"truncated_records", accounting.truncated},
                   {"lost_saves", accounting.lost_at_cap},
                   {"hash_order", layout.hash_order()},
                   {"buckets", layout.buckets()},
                   {"buckets_used", accounting.buckets_used},
                   {"max_chain", accounting.max_chain},
                   {"hash_table_bytes", accounting.hash_table_bytes},
                   {"total_bytes", accounting.total_bytes()}});
  json["stats"] = stats_json(accounting.stats(layout.era().stats));
  return json;
}

}  // namespace cli::render
