// SPDX-License-Identifier: Apache-2.0
// Everything that is read out of header values: ranges, tags, dates, encodings, boundaries,
// targets.
#include <array>

#include "http/conditional.h"
#include "http/head_writer.h"
#include "http/multipart.h"
#include "http/range.h"
#include "http/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(sigla::as_text(sigla::Bytes(data, size)));
  constexpr std::uint64_t kContentSize = 1000;
  const auto range = sigla::http::parse_range(text, kContentSize);
  if (range.kind == sigla::http::RangeAnswer::Kind::kPart) {
    SIGLA_CHECK(range.range.size > 0 && range.range.offset < kContentSize);
    SIGLA_CHECK(range.range.size <= kContentSize - range.range.offset);
  }
  sigla::http::matches_etag(text, "\"abc\"");
  constexpr std::array<std::string_view, 2> kCodings = {"zstd", "gzip"};
  sigla::http::negotiate_encoding(text, kCodings);
  sigla::http::multipart_boundary(text);
  const auto date = sigla::http::parse_http_date(text);
  if (date.has_value()) sigla::http::http_date(*date);

  sigla::http::Request request;
  request.target = text;
  if (sigla::http::split_target(request)) {
    SIGLA_CHECK(request.path.size() <= request.raw_path.size());
    request.split_path_parameters();
  }
  const std::string encoded = sigla::http::percent_encode(text, true);
  SIGLA_CHECK(sigla::http::percent_decode(encoded) == text);
  std::string head;
  sigla::http::write_head(200, text, {{text, text}}, {}, head);
  SIGLA_CHECK(head.find("\r\n\r\n") == head.size() - 4);
  return 0;
}
