// SPDX-License-Identifier: Apache-2.0
// Range requests (RFC 9110 section 14): one range of bytes of a 200 response becomes a 206.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace sigla::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
struct RangeAnswer {
  enum class Kind {
    kWhole,          // no range, several, another unit, or nonsense: the header is to be ignored
    kPart,           // one range, cut to the content
    kUnsatisfiable,  // one range, all of it outside
  };
  Kind kind = Kind::kWhole;
  ByteRange range;
};

// `value` is the Range header: "bytes=0-99", "bytes=100-", "bytes=-5".
RangeAnswer parse_range(std::string_view value, std::uint64_t content_size);

// Turns a 200 response into what the request's Range and If-Range ask for: 206, 416, or left whole.
// Works on text, files and streams of known size that can seek, and says so with Accept-Ranges.
// Call after apply_conditionals(), when ETag and Last-Modified are set.
void apply_range(const Request& request, Response& response);

}  // namespace sigla::http
