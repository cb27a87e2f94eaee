// SPDX-License-Identifier: Apache-2.0
#include "formats/breakpad/scanner.h"

#include "base/checked.h"
#include "base/text.h"

namespace sigla::breakpad {

std::string_view Fields::word() {
  const std::size_t end = rest_.find(' ');
  const std::string_view word = rest_.substr(0, end);
  rest_.remove_prefix(word.size());
  skip_spaces();
  if (word.empty()) ok_ = false;
  return word;
}

std::string_view Fields::rest() const {
  std::string_view rest = rest_;
  while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  return rest;
}

bool Fields::take_word(std::string_view wanted) {
  if (rest_.substr(0, rest_.find(' ')) != wanted) return false;
  word();
  return true;
}

std::uint64_t Fields::hex() {
  std::string_view digits = word();
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  const auto value = parse_hex(digits);
  if (!value.has_value()) ok_ = false;
  return value.value_or(0);
}

std::uint32_t Fields::hex32() {
  const auto value = checked_cast<std::uint32_t>(hex());
  if (!value.has_value()) ok_ = false;
  return value.value_or(0);
}

std::uint32_t Fields::decimal() {
  const auto value = parse_decimal(word());
  if (!value.has_value() || *value > UINT32_MAX) {
    ok_ = false;
    return 0;
  }
  return static_cast<std::uint32_t>(*value);
}

void Fields::skip_integer() {
  const std::string_view field = rest_.substr(0, rest_.find(' '));
  std::string_view digits = field;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return;
  if (field.size() == rest_.size()) return;
  word();
}

std::size_t Fields::count() const {
  Fields copy = *this;
  std::size_t count = 0;
  for (; !copy.at_end(); ++count) copy.word();
  return count;
}

}  // namespace sigla::breakpad
