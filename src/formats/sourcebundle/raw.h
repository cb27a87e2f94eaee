// SPDX-License-Identifier: Apache-2.0
// Signatures and sizes of a source bundle and of the ZIP records in it (PKWARE APPNOTE 4.3).
// Records have odd sizes and no alignment, so they are read field by field; their layouts stand
// beside the reading code. Nothing here reads anything.
#pragma once

#include <cstdint>
#include <string_view>

namespace sigla::sourcebundle {

inline constexpr std::string_view kMagic = "SYSB";
inline constexpr std::size_t kHeaderSize = 8;  // magic, version u32

inline constexpr std::uint32_t kLocalHeaderSignature = 0x04034b50;
inline constexpr std::uint32_t kCentralHeaderSignature = 0x02014b50;
inline constexpr std::uint32_t kEndSignature = 0x06054b50;
inline constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
inline constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;
inline constexpr std::size_t kCentralHeaderSize = 46;
inline constexpr std::size_t kEndSize = 22;
inline constexpr std::size_t kZip64LocatorSize = 20;
inline constexpr std::size_t kCommentSizeMax = 65'535;
inline constexpr std::uint16_t kZip64ExtraId = 1;

inline constexpr std::uint16_t kEncryptedFlag = 1;
inline constexpr std::uint16_t kMethodStored = 0;
inline constexpr std::uint16_t kMethodDeflated = 8;
inline constexpr std::uint16_t kMethodZstd = 93;

}  // namespace sigla::sourcebundle
