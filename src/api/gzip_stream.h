// SPDX-License-Identifier: Apache-2.0
// A response body that is packed while it is sent, and kept in the form cache once it was sent
// whole.
#pragma once

#include <memory>

#include "codec/encoder.h"
#include "codec/stream.h"
#include "http/response.h"

namespace sigla::api {

class GzipStream final : public http::BodyStream {
 public:
  explicit GzipStream(std::unique_ptr<http::BodyStream> content);

  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  // Packs the next piece of content into packed_.
  Status refill();

  std::unique_ptr<http::BodyStream> content_;
  BufferSink packed_;
  std::unique_ptr<Encoder> encoder_;
  std::size_t packed_position_ = 0;
  bool is_finished_ = false;
};

}  // namespace sigla::api
