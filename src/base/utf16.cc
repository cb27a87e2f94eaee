// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"

#include <utility>

#include "base/byte_writer.h"
#include "base/text.h"
#include "base/utf8.h"

namespace sigla {
namespace {

// The code point at the front of well-formed UTF-8, which is removed.
std::uint32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<std::uint8_t>(text[i])};
  };
  const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  std::uint32_t value = size == 1 ? byte(0) : byte(0) & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) value = value << 6U | (byte(i) & 0x3fU);
  text.remove_prefix(size);
  return value;
}

}  // namespace

std::string utf16_to_utf8(ByteReader units, Utf16End end) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  std::string text;
  std::uint32_t high = 0;  // a high surrogate that waits for its low one
  while (units.remaining() >= 2) {
    const std::uint32_t unit = units.u16();
    if (unit == 0 && end == Utf16End::kNul) break;
    const bool is_low = unit >= 0xdc00 && unit < 0xe000;
    if (high != 0 && is_low) {
      append_utf8(text, 0x10000U + ((high - 0xd800U) << 10U) + (unit - 0xdc00U));
      high = 0;
      continue;
    }
    if (high != 0) append_utf8(text, kReplacement);
    high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (high == 0) append_utf8(text, is_low ? kReplacement : unit);
  }
  if (high != 0) append_utf8(text, kReplacement);
  return text;
}

Buffer utf8_to_utf16(std::string_view text) {
  const std::string clean = to_utf8(text);
  ByteWriter out;
  for (std::string_view rest = clean; !rest.empty();) {
    const std::uint32_t value = take_code_point(rest);
    if (value < 0x10000) {
      out.u16(static_cast<std::uint16_t>(value));
    } else {
      out.u16(static_cast<std::uint16_t>(0xd800U + ((value - 0x10000U) >> 10U)));
      out.u16(static_cast<std::uint16_t>(0xdc00U + ((value - 0x10000U) & 0x3ffU)));
    }
  }
  return std::move(out).take();
}

}  // namespace sigla
