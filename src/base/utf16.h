// SPDX-License-Identifier: Apache-2.0
// UTF-16 of file formats, to and from the UTF-8 that everything else is in.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"

namespace sigla {

enum class Utf16End { kNul, kSize };  // at a NUL, or where the units end

// Units in the reader's byte order; a half of a pair becomes U+FFFD.
std::string utf16_to_utf8(ByteReader units, Utf16End end = Utf16End::kNul);

// Little-endian, no NUL behind it; malformed UTF-8 becomes U+FFFD.
Buffer utf8_to_utf16(std::string_view text);

}  // namespace sigla
