// SPDX-License-Identifier: Apache-2.0
// Response heads as text: status line, our own headers, the handler's headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/response.h"

namespace sigla::http {

struct Framing {
  std::optional<std::uint64_t> content_length;  // absent: chunked, or no body at all
  bool chunked = false;
  bool keep_alive = true;
  bool is_http_1_1 = true;  // the client's version; an older one must be told of keep-alive
};

// Appends the head to `out`, the empty line included. Line ends in header names or values become
// spaces, so no value can add a header. `reason` is cut to kReasonSizeMax bytes, and what is no
// printable ASCII in it becomes '?'; empty: the standard phrase.
inline constexpr std::size_t kReasonSizeMax = 512;
void write_head(int status,
                std::string_view reason,
                const Headers& headers,
                const Framing& framing,
                std::string& out);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(std::int64_t unix_seconds);
// Reads that form and the two obsolete ones.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace sigla::http
