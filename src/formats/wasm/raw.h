// SPDX-License-Identifier: Apache-2.0
// WebAssembly constants (Core Specification chapter 5, "Binary Format", and the "name" section of
// its appendix 7.4). A module is not made of fixed structures: everything is LEB128. Nothing here
// reads anything.
#pragma once

#include <cstdint>
#include <string_view>

namespace sigla::wasm {

inline constexpr std::string_view kMagic{"\0asm", 4};
inline constexpr std::uint32_t kModuleVersion = 1;  // components have 0x1000d and another layout

inline constexpr std::uint8_t kCustomSection = 0;
inline constexpr std::uint8_t kImportSection = 2;
inline constexpr std::uint8_t kExportSection = 7;
inline constexpr std::uint8_t kCodeSection = 10;

// What an import or export is.
inline constexpr std::uint8_t kFunction = 0;
inline constexpr std::uint8_t kTable = 1;
inline constexpr std::uint8_t kMemory = 2;
inline constexpr std::uint8_t kGlobal = 3;
inline constexpr std::uint8_t kTag = 4;

// Subsections of the custom section "name"
inline constexpr std::uint8_t kModuleName = 0;
inline constexpr std::uint8_t kFunctionNames = 1;

}  // namespace sigla::wasm
