// SPDX-License-Identifier: Apache-2.0
#include "convert/code_pieces.h"

#include <algorithm>

namespace sigla {

void CodePieces::resolve() {
  const auto by_low = [](const CodePiece& a, const CodePiece& b) { return a.low < b.low; };
  if (!std::is_sorted(pieces_.begin(), pieces_.end(), by_low)) {
    std::stable_sort(pieces_.begin(), pieces_.end(), by_low);
  }
  for (std::size_t i = 1; i < pieces_.size(); ++i) {
    if (pieces_[i].low < pieces_[i - 1].high) {
      cut_overlaps();
      return;
    }
  }
}

// Goes from border to border; what is open in between belongs to the latest function.
void CodePieces::cut_overlaps() {
  const auto is_earlier = [](const CodePiece& a, const CodePiece& b) {
    return a.function < b.function;
  };
  borders_.clear();
  for (const CodePiece& piece : pieces_) {
    borders_.push_back(piece.low);
    borders_.push_back(piece.high);
  }
  std::sort(borders_.begin(), borders_.end());
  borders_.erase(std::unique(borders_.begin(), borders_.end()), borders_.end());
  cut_.clear();
  open_.clear();
  std::size_t next = 0;
  for (std::size_t i = 0; i + 1 < borders_.size(); ++i) {
    const std::uint64_t low = borders_[i];
    for (; next < pieces_.size() && pieces_[next].low == low; ++next) {
      open_.push_back(pieces_[next]);
      std::push_heap(open_.begin(), open_.end(), is_earlier);
    }
    while (!open_.empty() && open_.front().high <= low) {
      std::pop_heap(open_.begin(), open_.end(), is_earlier);
      open_.pop_back();
    }
    if (open_.empty()) continue;
    const std::uint32_t function = open_.front().function;
    if (!cut_.empty() && cut_.back().high == low && cut_.back().function == function) {
      cut_.back().high = borders_[i + 1];
    } else {
      cut_.push_back({low, borders_[i + 1], function});
    }
  }
  pieces_.swap(cut_);
}

void CodePieces::append_gaps(std::uint64_t low, std::uint64_t high, std::vector<CodeRange>& out) {
  while (next_ < pieces_.size() && pieces_[next_].high <= low) ++next_;
  for (std::size_t i = next_; low < high; ++i) {
    const bool is_last = i >= pieces_.size() || pieces_[i].low >= high;
    const std::uint64_t end = is_last ? high : pieces_[i].low;
    if (low < end) out.push_back({low, end});
    if (is_last) return;
    low = pieces_[i].high;
    next_ = i;
  }
}

}  // namespace sigla
