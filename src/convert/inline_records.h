// SPDX-License-Identifier: Apache-2.0
// The inlined calls of one function, gathered from its rows: each with its depth and ranges, an
// outer call before those inside it, as Breakpad's INLINE records must stand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "symcache/symcache.h"

namespace sigla {

// The function a scope lies in; nothing when the chain of scopes is broken.
std::optional<std::uint32_t> function_of_scope(const Symcache& cache, std::uint32_t scope);

class InlineRecords {
 public:
  struct Record {
    SymcacheScope scope;
    std::uint32_t depth = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        ranges;  // first address, one past the last
  };

  explicit InlineRecords(const Symcache& cache) : cache_(cache) {}

  // Requires: `rows` are those of one function, `end` the address after the last one's code.
  std::vector<Record> collect(std::span<const symcache::Row> rows, std::uint64_t end);

 private:
  struct Node {
    Record record;
    std::vector<std::uint32_t> inner;
  };
  // The node of a scope, made if need be, and its outer ones; nothing for a function's own scope.
  std::optional<std::uint32_t> node_of(std::uint32_t scope);
  std::vector<Record> in_order();

  const Symcache& cache_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> outermost_;
  std::unordered_map<std::uint32_t, std::uint32_t> node_by_scope_;
};

}  // namespace sigla
