// SPDX-License-Identifier: Apache-2.0
#include "demangle/punycode.h"

#include <cstdint>
#include <vector>

#include "base/utf8.h"

namespace sigla {
namespace {

constexpr std::uint64_t kBase = 36;  // RFC 3492, section 5
constexpr std::uint64_t kThresholdMin = 1;
constexpr std::uint64_t kThresholdMax = 26;
constexpr std::uint64_t kSkew = 38;
constexpr std::uint64_t kDamp = 700;
constexpr std::uint64_t kBiasStart = 72;
constexpr std::uint64_t kCodePointStart = 128;

// Insertion at a position costs the length of the text, so that it has to be short.
constexpr std::size_t kSizeMax = 1'024;

// RFC 3492, section 6.1
std::uint64_t adapted_bias(std::uint64_t delta, std::uint64_t count, bool is_first) {
  delta /= is_first ? kDamp : 2;
  delta += delta / count;
  std::uint64_t k = 0;
  while (delta > (kBase - kThresholdMin) * kThresholdMax / 2) {
    delta /= kBase - kThresholdMin;
    k += kBase;
  }
  return k + (kBase - kThresholdMin + 1) * delta / (delta + kSkew);
}

std::optional<std::uint64_t> digit_value(char digit, PunycodeDigits digits) {
  if (digit >= 'a' && digit <= 'z') return static_cast<std::uint64_t>(digit - 'a');
  const char zero = digits == PunycodeDigits::kSwift ? 'A' : '0';
  if (digit < zero || digit >= zero + 10) return std::nullopt;
  return static_cast<std::uint64_t>(digit - zero) + 26;
}

// Takes one variable-length number off `rest`.
std::optional<std::uint64_t> take_number(std::string_view& rest,
                                         std::uint64_t bias,
                                         PunycodeDigits digits) {
  std::uint64_t value = 0;
  std::uint64_t weight = 1;
  for (std::uint64_t k = kBase;; k += kBase) {
    if (rest.empty()) return std::nullopt;
    const auto digit = digit_value(rest.front(), digits);
    rest.remove_prefix(1);
    if (!digit.has_value()) return std::nullopt;
    value += *digit * weight;
    const std::uint64_t threshold = k <= bias + kThresholdMin
                                        ? kThresholdMin
                                        : (k >= bias + kThresholdMax ? kThresholdMax : k - bias);
    if (*digit < threshold) return value;
    weight *= kBase - threshold;
    if (weight > UINT32_MAX || value > UINT32_MAX) return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> decode_punycode(std::string_view encoded, PunycodeDigits digits) {
  if (encoded.size() > kSizeMax) return std::nullopt;
  std::vector<std::uint64_t> text;
  const std::size_t delimiter = encoded.rfind('_');
  if (delimiter != std::string_view::npos) {
    for (const char c : encoded.substr(0, delimiter)) {
      if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
      text.push_back(static_cast<unsigned char>(c));
    }
    encoded.remove_prefix(delimiter + 1);
  }
  std::uint64_t code_point = kCodePointStart;
  std::uint64_t bias = kBiasStart;
  std::uint64_t at = 0;
  while (!encoded.empty()) {
    const auto delta = take_number(encoded, bias, digits);
    if (!delta.has_value()) return std::nullopt;
    const std::uint64_t count = text.size() + 1;
    bias = adapted_bias(*delta, count, at == 0 && code_point == kCodePointStart);
    at += *delta;
    code_point += at / count;
    at %= count;
    // Swift puts ASCII characters that no identifier has into the surrogates' range.
    const bool is_ascii =
        digits == PunycodeDigits::kSwift && code_point >= 0xd800 && code_point < 0xd880;
    if (code_point > 0x10ffff || (!is_ascii && code_point >= 0xd800 && code_point < 0xe000)) {
      return std::nullopt;
    }
    text.insert(text.begin() + static_cast<std::ptrdiff_t>(at),
                is_ascii ? code_point - 0xd800 : code_point);
    ++at;
  }
  std::string out;
  for (const std::uint64_t c : text) append_utf8(out, c);
  return out;
}

}  // namespace sigla
