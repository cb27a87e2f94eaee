// SPDX-License-Identifier: Apache-2.0
// A form whole and in pieces must have the same parts. The first byte is the size of the pieces.
#include "http/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const sigla::Bytes body(data + 1, size - 1);
  sigla::Limits limits;
  limits.multipart_field_size_max = 100;
  limits.multipart_part_count_max = 10;
  const auto whole = sigla::http::parse_multipart(body, "b", limits);

  sigla::http::MultipartParser parser("b", limits);
  sigla::Status fed;
  for (std::size_t at = 0; at < body.size() && fed.has_value();) {
    const std::size_t step = std::min<std::size_t>(body.size() - at, std::size_t{data[0]} + 1);
    fed = parser.feed(body.subspan(at, step));
    at += step;
  }
  if (!fed.has_value()) {
    SIGLA_CHECK(!whole.has_value());
    return 0;
  }
  const auto pieces = std::move(parser).finish();
  SIGLA_CHECK(pieces.has_value() == whole.has_value());
  if (!whole.has_value()) return 0;
  SIGLA_CHECK(pieces->size() == whole->size());
  for (std::size_t i = 0; i < whole->size(); ++i) {
    const auto& part = (*whole)[i];
    SIGLA_CHECK(part.offset <= body.size() && part.size <= body.size() - part.offset);
    SIGLA_CHECK(part.offset == (*pieces)[i].offset && part.size == (*pieces)[i].size);
    SIGLA_CHECK(part.name == (*pieces)[i].name && part.value == (*pieces)[i].value);
    SIGLA_CHECK(part.value.empty() || part.value.size() == part.size);
  }
  return 0;
}
