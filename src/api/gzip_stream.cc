// SPDX-License-Identifier: Apache-2.0
#include "api/gzip_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sigla::api {

GzipStream::GzipStream(std::unique_ptr<http::BodyStream> content)
    : content_(std::move(content)), encoder_(make_encoder(Codec::kGzip, packed_)) {}

Result<std::size_t> GzipStream::read(MutableBytes buffer) {
  while (packed_position_ == packed_.buffer().size()) {
    if (is_finished_) return std::size_t{0};
    SIGLA_TRY(refill());
  }
  const std::size_t size = std::min(buffer.size(), packed_.buffer().size() - packed_position_);
  std::memcpy(buffer.data(), packed_.buffer().data() + packed_position_, size);
  packed_position_ += size;
  return size;
}

Status GzipStream::refill() {
  packed_.clear();
  packed_position_ = 0;
  std::array<std::uint8_t, 64 << 10> piece;
  SIGLA_TRY_ASSIGN(const std::size_t size, content_->read(piece));
  if (size > 0) return encoder_->write(Bytes(piece).first(size));
  is_finished_ = true;
  return encoder_->finish();
}

}  // namespace sigla::api
