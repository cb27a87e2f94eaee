// SPDX-License-Identifier: Apache-2.0
// DebugId and CodeId: how a debug file and the program it belongs to find each other.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sigla {

// A GUID and an age. The GUID is held in the order it is written in: for
// 3249d99d-0c40-4931-8610-f4e4fb0b6936 guid[0] is 0x32. For a Portable PDB the age is its four-byte
// stamp; for ELF, Mach-O and WebAssembly it is 0.
struct DebugId {
  std::array<std::uint8_t, 16> guid{};
  std::uint32_t age = 0;

  auto operator<=>(const DebugId&) const = default;
  bool is_null() const { return *this == DebugId(); }

  // "3249d99d-0c40-4931-8610-f4e4fb0b6936-1"; no "-age" when the age is 0.
  std::string dashed() const;
  // "3249D99D0C4049318610F4E4FB0B69361": the GUID in upper case, the age in lower-case hexadecimal
  // without leading zeros, a 0 included.
  std::string breakpad() const;
  // 32 digits, no dashes, no age.
  std::string guid_lower() const;
  std::string guid_upper() const;

  // Either form above, any case, braces allowed; 32 digits alone have age 0.
  static Result<DebugId> parse(std::string_view text);
  // The 16 bytes of a GUID as Windows stores it: the first three fields little-endian.
  // Requires: raw.size() >= 16.
  static DebugId from_windows_guid(Bytes raw, std::uint32_t age);
  // 16 bytes in written order (Mach-O LC_UUID, WebAssembly build_id).
  static DebugId from_uuid(Bytes raw);
  // The Breakpad rule for ELF: the first 16 bytes (zero-padded) of the build id, the first three
  // GUID fields byte-swapped when the file is little-endian.
  static DebugId from_build_id(Bytes build_id, bool little_endian = true);
};

// Lower-case hexadecimal: an ELF build id, a Mach-O UUID, or a PE's time stamp (eight digits) and
// image size (no leading zeros) one after the other. Empty when the file has none.
class CodeId {
 public:
  CodeId() = default;
  explicit CodeId(std::string_view text);  // any case; what is no hexadecimal digit is dropped
  static CodeId from_bytes(Bytes raw);
  static CodeId from_pe(std::uint32_t time_date_stamp, std::uint32_t size_of_image);

  auto operator<=>(const CodeId&) const = default;
  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace sigla
