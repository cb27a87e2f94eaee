// SPDX-License-Identifier: Apache-2.0
// Swift's Punycode (RFC 3492 with '_' for the delimiter and A to J for the digits) to UTF-8.
//   decode_swift_punycode("vergenza_JFa") == "vergüenza"
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

std::optional<std::string> decode_swift_punycode(std::string_view encoded);

}  // namespace sigla
