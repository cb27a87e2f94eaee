// SPDX-License-Identifier: Apache-2.0
// Bytes received and not yet used. Grows while a head is incomplete, shrinks when it is empty.
#pragma once

#include <algorithm>

#include "base/bytes.h"

namespace sigla::http {

class InputBuffer {
 public:
  bool empty() const { return begin_ == end_; }
  Bytes bytes() const { return Bytes(data_).subspan(begin_, end_ - begin_); }
  MutableBytes mutable_bytes() { return MutableBytes(data_).subspan(begin_, end_ - begin_); }

  // Room behind the bytes: at least one byte as long as there are fewer than `size_max` of them.
  MutableBytes space(std::size_t size_max) {
    if (begin_ > 0) {
      std::copy(data_.begin() + static_cast<std::ptrdiff_t>(begin_),
                data_.begin() + static_cast<std::ptrdiff_t>(end_),
                data_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == data_.size() && end_ < size_max) {
      data_.resize(std::min(size_max, std::max(kSizeMin, 2 * data_.size())));
    }
    return MutableBytes(data_).subspan(end_);
  }
  void added(std::size_t size) { end_ += size; }
  void used(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void append(Bytes bytes) {
    while (!bytes.empty()) {
      const MutableBytes room = space(data_.size() + bytes.size());
      const std::size_t size = std::min(room.size(), bytes.size());
      std::copy_n(bytes.begin(), size, room.begin());
      added(size);
      bytes = bytes.subspan(size);
    }
  }
  // Gives back what a large head needed.
  void shrink() {
    if (empty() && data_.size() > kSizeMin) data_ = Buffer();
  }

 private:
  static constexpr std::size_t kSizeMin = 4096;
  Buffer data_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sigla::http
