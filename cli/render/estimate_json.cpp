#include "cli/render/estimate_json.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "cli/render/escape.h"
#include "cli/render/json_parts.h"
#include "depot/layout.h"

namespace cli::render {
namespace {

// "key", and where the input leaves room "key_low" and "key_high"; whole numbers.
void put(Json& json, const std::string& key, const depot::Range& range) {
  json[key] = std::llround(range.likely);
  if (range.low == range.high) return;
  json[key + "_low"] = std::llround(std::floor(range.low));
  json[key + "_high"] = std::llround(std::ceil(range.high));
}

Json bucket_json(const depot::BucketUse& use) {
  return {{"hash_order", use.order},
          {"buckets", use.buckets},
          {"hash_table_bytes", use.bytes},
          {"load", static_cast<double>(use.records) / static_cast<double>(use.buckets)},
          {"buckets_used", use.used},
          {"max_chain", use.max_chain},
          {"mean_chain", use.mean_chain}};
}

Json hash_json(const depot::HashAdvice& advice, bool symbolic) {
  auto json = bucket_json(advice.now);
  json["stacks"] = advice.now.records;
  json["approximate"] = symbolic;
  json["recommended"] = bucket_json(advice.recommended);
  auto& orders = json["orders"] = Json::array();
  for (const auto& use : advice.orders) orders.push_back(bucket_json(use));
  json["advice"] = advice.text;
  return json;
}

Json cost_json(const Cost& cost, bool symbolic) {
  const auto& estimate = cost.estimate;
  const depot::Layout layout(estimate.config);
  auto json = cost.replayed ? config_json(estimate.config, *cost.replayed, cost.is_log)
                            : config_json(estimate.config, cost.is_log);
  json["layout"] = estimate.label;
  put(json, "records", estimate.records);
  put(json, "record_bytes", estimate.bytes);
  put(json, "pools", estimate.pools);
  put(json, "pool_bytes", estimate.pool_bytes);
  json["hash_order"] = layout.hash_order();
  json["buckets"] = layout.buckets();
  json["hash_table_bytes"] = estimate.hash_table_bytes;
  const auto table = static_cast<double>(estimate.hash_table_bytes);
  put(json, "total_bytes",
      {estimate.pool_bytes.low + table, estimate.pool_bytes.likely + table,
       estimate.pool_bytes.high + table});
  json["max_pools"] = estimate.max_pools;
  json["cap_bytes"] = estimate.cap_bytes;
  json["used_of_cap"] = estimate.used_of_cap.likely;
  put(json, "records_at_cap", estimate.records_at_cap);
  json["capped"] = estimate.capped;
  json["exact"] = estimate.exact;
  json["limits"] = estimate.limits;
  if (cost.hash) json["hash_table"] = hash_json(*cost.hash, symbolic);
  return json;
}

Json basis_json(const Costs& costs) {
  Json json = Json::object();
  if (costs.counted) {
    Json counters = Json::object();
    for (const auto& [name, value] : costs.counted->stats.counters) counters[valid_utf8(name)] = value;
    json["counters"] = {{"input", valid_utf8(costs.inputs[costs.counted->input].path)},
                        {"line", costs.counted->stats.line},
                        {"counters", std::move(counters)}};
  }
  if (costs.measured.unique > 0)
    json["sample"] = {{"saves", costs.measured.saves},
                      {"unique", costs.measured.unique},
                      {"mean_frames", costs.measured.mean_depth}};
  Json given = Json::object();
  if (costs.given.records) given["records"] = *costs.given.records;
  if (costs.given.evictable) given["evictable"] = *costs.given.evictable;
  if (costs.given.saves) given["saves"] = *costs.given.saves;
  if (costs.given.mean_frames) given["mean_frames"] = *costs.given.mean_frames;
  if (!given.empty()) json["given"] = std::move(given);
  return json;
}

}  // namespace

void estimate_json(const Costs& costs, std::ostream& out) {
  out << "{\n  \"schema\": \"depot-analyze/estimate/1\",\n";
  write_list(out, "inputs", costs.inputs.size(), [&](std::size_t i) { return input_json(costs.inputs[i]); });
  out << ",\n  \"basis\": " << dumped(basis_json(costs)) << ",\n";
  write_list(out, "configs", costs.configs.size(),
             [&](std::size_t i) { return cost_json(costs.configs[i], costs.symbolic); });
  out << ",\n";
  write_list(out, "savings", costs.savings.size(), [&](std::size_t i) {
    const auto& saving = costs.savings[i];
    const auto& from = costs.configs[saving.worse].estimate;
    const auto& to = costs.configs[saving.better].estimate;
    Json json{{"from", valid_utf8(from.config.name)},
              {"to", valid_utf8(to.config.name)},
              {"pools_from", std::llround(from.pools.likely)},
              {"pools_to", std::llround(to.pools.likely)}};
    put(json, "bytes", saving.bytes);
    return json;
  });
  Json notes = Json::array();
  for (const auto& note : costs.notes) notes.push_back(valid_utf8(note));
  out << ",\n  \"notes\": " << dumped(notes) << "\n}\n";
}

}  // namespace cli::render
