// SPDX-License-Identifier: Apache-2.0
#include "api/gzip_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace sigla::api {

GzipStream::GzipStream(std::unique_ptr<http::BodyStream> content,
                       FormCache& forms,
                       std::string form_name)
    : content_(std::move(content)),
      encoder_(make_encoder(Codec::kGzip, packed_)),
      forms_(forms),
      form_name_(std::move(form_name)) {
  Result<File> form = forms_.create();
  if (form.has_value()) form_ = std::move(form).value();
}

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
  if (size > 0) {
    SIGLA_TRY(encoder_->write(Bytes(piece).first(size)));
  } else {
    SIGLA_TRY(encoder_->finish());
    is_finished_ = true;
  }
  if (!form_.is_open()) return {};
  Status kept = form_.write_all(packed_.buffer());
  if (kept.has_value() && is_finished_) kept = forms_.keep(form_name_, form_);
  if (!kept.has_value()) {
    log_warning("packed form not kept", {{"form", form_name_}, {"error", kept.error().message()}});
    form_ = File();
  }
  return {};
}

}  // namespace sigla::api
