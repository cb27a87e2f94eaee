// SPDX-License-Identifier: Apache-2.0
#include "api/blob_stream.h"

#include <algorithm>

namespace sigla::api {

Result<std::size_t> BlobStream::read(MutableBytes buffer) {
  const std::uint64_t rest = size_ - position_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(rest, buffer.size()));
  if (size == 0) return std::size_t{0};
  SIGLA_TRY_ASSIGN(const std::size_t got, reader_->read_at(buffer.first(size), start_ + position_));
  if (got == 0)
    return make_error(ErrorCode::kUnavailable, "blob is shorter than its catalog entry");
  position_ += got;
  return got;
}

Status BlobStream::seek(std::uint64_t offset) {
  if (offset > size_) return make_error(ErrorCode::kInvalidArgument, "seek past the end");
  position_ = offset;
  return {};
}

}  // namespace sigla::api
