// SPDX-License-Identifier: Apache-2.0
#include "symcache/piece_overlap.h"

#include <algorithm>
#include <queue>
#include <span>
#include <tuple>

namespace sigla::symcache {
namespace {

void drop_folded(std::vector<Claim>& claims, std::vector<OwnedParts::Fold>& folds) {
  std::size_t kept = 0;
  for (const Claim& claim : claims) {
    if (kept > 0 && claims[kept - 1].low == claim.low && claims[kept - 1].high == claim.high) {
      folds.push_back({claims[kept - 1].rank, claim.rank});
    } else {
      claims[kept++] = claim;
    }
  }
  claims.resize(kept);
}

// Claims that overlap, directly or over others, ascending by address.
void resolve_cluster(std::span<const Claim> claims, std::vector<OwnedParts::Part>& parts) {
  const auto ranks_higher = [](const Claim* a, const Claim* b) { return a->rank > b->rank; };
  std::priority_queue<const Claim*, std::vector<const Claim*>, decltype(ranks_higher)> open(
      ranks_higher);
  const std::size_t first_part = parts.size();
  std::uint64_t at = claims.front().low;
  for (std::size_t next = 0;;) {
    for (; next < claims.size() && claims[next].low <= at; ++next) open.push(&claims[next]);
    while (!open.empty() && open.top()->high <= at) open.pop();
    if (open.empty()) return;  // clusters have no holes
    const Claim& owner = *open.top();
    std::uint64_t end = owner.high;
    if (next < claims.size()) end = std::min(end, claims[next].low);
    const bool goes_on = parts.size() > first_part && parts.back().rank == owner.rank;
    if (goes_on) {
      parts.back().high = end;
    } else {
      parts.push_back({at, end, owner.rank});
    }
    at = end;
  }
}

}  // namespace

OwnedParts resolve_overlaps(std::vector<Claim>& claims) {
  OwnedParts owned;
  std::ranges::sort(
      claims, {}, [](const Claim& claim) { return std::tuple(claim.low, claim.high, claim.rank); });
  drop_folded(claims, owned.folds);
  owned.parts.reserve(claims.size());
  for (std::size_t first = 0; first < claims.size();) {
    std::uint64_t high = claims[first].high;
    std::size_t end = first + 1;
    for (; end < claims.size() && claims[end].low < high; ++end) {
      high = std::max(high, claims[end].high);
    }
    if (end == first + 1) {
      owned.parts.push_back({claims[first].low, high, claims[first].rank});
    } else {
      resolve_cluster(std::span(claims).subspan(first, end - first), owned.parts);
    }
    first = end;
  }
  return owned;
}

}  // namespace sigla::symcache
