// SPDX-License-Identifier: Apache-2.0
// Punycode (RFC 3492) as compilers put it into symbols, to UTF-8: '_' is the delimiter. Swift has
// the letters A to J for the digits 0 to 9, Rust the digits.
//   decode_punycode("vergenza_JFa", PunycodeDigits::kSwift) == "vergüenza"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigla {

enum class PunycodeDigits : std::uint8_t { kSwift, kRust };

std::optional<std::string> decode_punycode(std::string_view encoded, PunycodeDigits digits);

}  // namespace sigla
