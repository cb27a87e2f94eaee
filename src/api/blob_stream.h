// SPDX-License-Identifier: Apache-2.0
// A slice of a blob as a response body, unpacked while it is sent: the first byte of a large file
// goes out at once. Ranges seek.
#pragma once

#include <cstdint>
#include <memory>

#include "http/response.h"
#include "store/blob_store.h"

namespace sigla::api {

class BlobStream final : public http::BodyStream {
 public:
  BlobStream(std::unique_ptr<BlobReader> reader, std::uint64_t offset, std::uint64_t size)
      : reader_(std::move(reader)), start_(offset), size_(size) {}

  Result<std::size_t> read(MutableBytes buffer) override;
  bool can_seek() const override { return true; }
  Status seek(std::uint64_t offset) override;

 private:
  std::unique_ptr<BlobReader> reader_;
  std::uint64_t start_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
};

}  // namespace sigla::api
