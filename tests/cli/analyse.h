// The tests' short way through the analysis: bytes in memory, everything kept.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/analysis.h"

namespace tests {

struct Analysed {
  std::unique_ptr<cli::Analyzer> analyzer;  // owns the frames that the analysis refers to
  cli::Analysis analysis;
  std::vector<std::string> errors, warnings;
};

using NamedText = std::pair<std::string, std::string>;

inline std::unique_ptr<Analysed> analyse(const std::vector<NamedText>& inputs,
                                         cli::AnalyzerOptions options = {}) {
  auto result = std::make_unique<Analysed>();
  options.failed = [&errors = result->errors](const cli::InputError& error) {
    errors.push_back(error.path + ": " + error.message);
  };
  options.warn = [&warnings = result->warnings](const std::string& text) { warnings.push_back(text); };
  result->analyzer = std::make_unique<cli::Analyzer>(std::move(options));
  for (const auto& [name, text] : inputs) result->analyzer->add_text(name, text);
  result->analysis = result->analyzer->finish();
  return result;
}

}  // namespace tests
