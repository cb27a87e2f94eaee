// SPDX-License-Identifier: Apache-2.0
#include "convert/inline_records.h"

namespace sigla {

std::optional<std::uint32_t> InlineRecords::node_of(const symcache::CodeReader& code,
                                                    std::uint32_t scope) {
  // From the innermost call outwards to the first that is known, then back inwards.
  std::vector<std::pair<std::uint32_t, symcache::CodeReader::Scope>> unknown;
  std::optional<std::uint32_t> outer;
  for (;;) {
    if (const auto known = node_by_scope_.find(scope); known != node_by_scope_.end()) {
      outer = known->second;
      break;
    }
    const auto at = code.scope(scope);
    if (!at.has_value()) break;
    unknown.emplace_back(scope, *at);
    scope = at->outer;
  }
  for (auto it = unknown.rbegin(); it != unknown.rend(); ++it) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    Node node;
    node.record.scope = it->second;
    node.record.depth = outer.has_value() ? nodes_[*outer].record.depth + 1 : 0;
    nodes_.push_back(std::move(node));
    (outer.has_value() ? nodes_[*outer].inner : outermost_).push_back(index);
    node_by_scope_.emplace(it->first, index);
    outer = index;
  }
  return outer;
}

std::vector<InlineRecords::Record> InlineRecords::collect(const symcache::CodeReader& code,
                                                          const CodeRange& range,
                                                          Rows rows) {
  nodes_.clear();
  outermost_.clear();
  node_by_scope_.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t low = range.low + rows[i].offset;
    const std::uint64_t high = i + 1 < rows.size() ? range.low + rows[i + 1].offset : range.high;
    for (auto node = node_of(code, rows[i].scope); node.has_value();) {
      Record& record = nodes_[*node].record;
      if (!record.ranges.empty() && record.ranges.back().high == low) {
        record.ranges.back().high = high;
      } else {
        record.ranges.push_back({low, high});
      }
      node = node_of(code, record.scope.outer);
    }
  }
  return in_order();
}

std::vector<InlineRecords::Record> InlineRecords::in_order() {
  std::vector<Record> records;
  std::vector<std::uint32_t> open(outermost_.rbegin(), outermost_.rend());
  while (!open.empty()) {
    Node& node = nodes_[open.back()];
    open.pop_back();
    records.push_back(std::move(node.record));
    open.insert(open.end(), node.inner.rbegin(), node.inner.rend());
  }
  return records;
}

}  // namespace sigla
