// SPDX-License-Identifier: Apache-2.0
// Small text vocabulary: hexadecimal, ASCII case, splitting and number parsing without exceptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sigla {

std::string hex_lower(Bytes bytes);
std::string hex_upper(Bytes bytes);
// Pairs of digits of either case; nothing when a character is no digit or the count is odd.
std::optional<Buffer> parse_hex_bytes(std::string_view text);
// 1 to 16 digits of either case, no prefix, nothing else.
std::optional<std::uint64_t> parse_hex(std::string_view text);
// Decimal digits only, no sign, no overflow.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

// ASCII only, whatever the locale.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool ends_with_ignoring_case(std::string_view text, std::string_view suffix);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
// The next run of characters that are no blanks, taken off the front of the text with the blanks
// before it; empty at the end.
std::string_view take_word(std::string_view& text, std::string_view blanks = " \t");
// The part after the last '/' or '\\'.
std::string_view base_name(std::string_view path);
// True when the whole text is well-formed UTF-8.
bool is_utf8(std::string_view text);
// The text with every malformed UTF-8 sequence replaced by U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace sigla
