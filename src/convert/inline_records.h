// SPDX-License-Identifier: Apache-2.0
// The inlined calls of one piece of a function, gathered from its rows: each with its depth and
// ranges, an outer call before those inside it, as Breakpad's INLINE records must stand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "symcache/code_reader.h"
#include "symcache/function_tree.h"

namespace sigla {

class InlineRecords {
 public:
  using Rows = std::span<const symcache::CodeReader::Row>;
  struct Record {
    symcache::CodeReader::Scope scope;
    std::uint32_t depth = 0;
    std::vector<CodeRange> ranges;
  };

  // `rows` are those of `code`, which begins at range.low and has nothing from range.high on.
  std::vector<Record> collect(const symcache::CodeReader& code, const CodeRange& range, Rows rows);

 private:
  struct Node {
    Record record;
    std::vector<std::uint32_t> inner;
  };
  // The node of a scope, made if need be, and its outer ones; nothing for a function's own scope.
  std::optional<std::uint32_t> node_of(const symcache::CodeReader& code, std::uint32_t scope);
  std::vector<Record> in_order();

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> outermost_;
  std::unordered_map<std::uint32_t, std::uint32_t> node_by_scope_;
};

}  // namespace sigla
