// SPDX-License-Identifier: Apache-2.0
// The two ways the Breakpad parser takes a line apart: field by field, and, for the line records
// that make up most of a file, in one pass. Views borrow the parsed text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "formats/breakpad/parser.h"

namespace sigla::breakpad {

// The value of each hexadecimal digit; 0xff for what is none.
inline constexpr std::array<std::uint8_t, 256> kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xff);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();

// Fields separated by one or more spaces. A field that is missing or no number of its kind yields
// zero and makes ok() false, for good.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) { skip_spaces(); }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view word();
  // Everything that is left, without spaces around it.
  std::string_view rest() const;
  // Takes the next field if it is this word.
  bool take_word(std::string_view wanted);
  std::uint64_t hex();  // an 0x before it is allowed
  std::uint32_t hex32();
  std::uint32_t decimal();
  // Passes over a field of digits, or a minus sign and digits, if that comes next and is not last.
  void skip_integer();
  std::size_t count() const;

 private:
  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  std::string_view rest_;
  bool ok_ = true;
};

// Line records in their usual form: four numbers, one space between them, a newline (CR LF too).
class LineScanner {
 public:
  explicit LineScanner(std::string_view text)
      : next_(text.data()), end_(text.data() + text.size()) {}

  // Takes a line record; false, and nothing taken, when the next line is anything else.
  bool next(Line& line) {
    const char* at = next_;
    if (!take_hex(at, line.address) || !take_hex(at, line.size)) return false;
    if (!take_decimal(at, line.line) || at == end_ || *at++ != ' ') return false;
    if (!take_decimal(at, line.file)) return false;
    if (at != end_ && *at == '\r') ++at;
    if (at == end_ || *at++ != '\n') return false;
    next_ = at;
    return true;
  }
  std::string_view rest() const { return {next_, static_cast<std::size_t>(end_ - next_)}; }

 private:
  // A number and the space after it. More than 16 digits are left to the slow way to refuse.
  bool take_hex(const char*& at, std::uint64_t& value) {
    const char* const first = at;
    value = 0;
    for (; at != end_; ++at) {
      const std::uint8_t digit = kHexValues[static_cast<std::uint8_t>(*at)];
      if (digit == 0xff) break;
      value = value << 4 | digit;
    }
    const auto digits = at - first;
    return digits > 0 && digits <= 16 && at != end_ && *at++ == ' ';
  }
  bool take_decimal(const char*& at, std::uint32_t& value) {
    const char* const first = at;
    std::uint64_t wide = 0;
    for (; at != end_ && *at >= '0' && *at <= '9'; ++at) {
      wide = wide * 10 + static_cast<std::uint64_t>(*at - '0');
    }
    value = static_cast<std::uint32_t>(wide);
    const auto digits = at - first;
    return digits > 0 && digits <= 10 && wide <= UINT32_MAX;
  }

  const char* next_;
  const char* end_;
};

}  // namespace sigla::breakpad
