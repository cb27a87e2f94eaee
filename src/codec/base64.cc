// SPDX-License-Identifier: Apache-2.0
#include "codec/base64.h"

#include <cstdint>

namespace sigla {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::string base64_encode(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kDigits[bits >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

std::optional<Buffer> base64_decode(std::string_view text) {
  Buffer out;
  std::uint32_t bits = 0;
  std::size_t digit_count = 0;
  std::size_t padding_count = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const std::size_t digit = kDigits.find(c);
    if (c == '=') {
      ++padding_count;
    } else if (digit == std::string_view::npos || padding_count > 0) {
      return std::nullopt;
    }
    bits = bits << 6U | (c == '=' ? 0U : static_cast<std::uint32_t>(digit));
    if (++digit_count % 4 != 0) continue;
    for (unsigned shift = 24; shift > 0;) {
      shift -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> shift & 255U));
    }
    bits = 0;
  }
  if (digit_count % 4 != 0 || padding_count > 2) return std::nullopt;
  out.resize(out.size() - padding_count);
  return out;
}

}  // namespace sigla
