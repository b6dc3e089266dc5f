// Reads many logs side by side. What comes out depends neither on the number of workers nor on who was
// faster.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/suppressions.h"
#include "cli/triage_collector.h"

namespace cli {

struct ReaderOptions {
  unsigned workers = 1;
  std::uint64_t max_unpacked = 0;  // bytes that one packed input may unpack to
  KernelFacts kernel;              // of logs that do not say it
  const ReportFilter* filter = nullptr;
  // Called by the thread that called read_logs(), errors in the order of the inputs.
  std::function<void(const InputError&)> failed;
  std::function<void(std::size_t bytes)> progress;
};

// The collectors of all workers, the first of which holds everything; the others own frames that it refers
// to.
using Collectors = std::vector<std::unique_ptr<TriageCollector>>;
Collectors read_logs(const std::vector<InputName>& inputs, const Suppressions& suppressions,
                     const ReaderOptions& options);

}  // namespace cli
