// SPDX-License-Identifier: Apache-2.0
// Base64 with '+', '/' and padding (RFC 4648 section 4); sign.h has the form for URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sigla {

std::string base64_encode(Bytes bytes);
// White space between the digits is skipped; nothing when anything else is in the text, or its
// length is no multiple of four.
std::optional<Buffer> base64_decode(std::string_view text);

}  // namespace sigla
