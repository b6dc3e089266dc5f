// Unique stacks as a tree drawn from the outermost function inwards, each box as wide as its share. Only the
// largest boxes are kept, so what comes out is small however many stacks there are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/stack_collection.h"

namespace cli {

struct IcicleBox {
  std::string name;  // function and module, as printed; not escaped
  std::uint32_t depth = 0;
  double left = 0;           // 0..1
  std::uint64_t weight = 0;  // of the stacks through it
  std::uint64_t stacks = 0;
};

struct Icicle {
  std::uint64_t total = 0;       // weight of all stacks
  std::uint32_t depth = 0;       // rows
  std::vector<IcicleBox> boxes;  // a parent before its children, larger ones first
  bool pruned = false;
};

struct IcicleLimits {
  std::size_t boxes = 300;
  std::uint32_t depth = 32;
  double least = 1.0 / 250;     // of a box
  double least_row = 1.0 / 20;  // of all boxes of a row; what lies further in is left out
};

// `weights` by StackId; those of weight 0 are left out.
Icicle make_icicle(const StackCollection& collection, const std::vector<std::uint64_t>& weights,
                   const IcicleLimits& limits);

}  // namespace cli
