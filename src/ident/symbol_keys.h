// SPDX-License-Identifier: Apache-2.0
// The symbol keys of a file: its own, and those of the files that belong to it, each kind on
// request, in the order and case of dotnet-symbol's generators.
//
//   symbol_keys(coreclr, kIdentityKey)   coreclr.dll/595EBCD5538000/coreclr.dll
//   symbol_keys(coreclr, kSymbolKey)     coreclr.pdb/3f3d5a3258e64ae8b86b31ff776949351/coreclr.pdb
//   symbol_keys(coreclr, kDacDbiKeys)    mscordaccore.dll/595EBCD5538000/mscordaccore.dll, ...
//
// This is what a debugger would ask a server *for*; what a server answers *to* is lookup_keys().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ident/identity.h"

namespace sigla {

using KeyFlags = std::uint32_t;
inline constexpr KeyFlags kIdentityKey = 1;       // the file itself
inline constexpr KeyFlags kSymbolKey = 2;         // its symbol file
inline constexpr KeyFlags kClrKeys = 4;           // a .NET runtime's DAC, DBI and SOS
inline constexpr KeyFlags kForceWindowsPdbs = 8;  // a modifier: Portable PDBs under age 1
inline constexpr KeyFlags kHostKeys = 0x10;       // a program, also as .NET's "apphost"
inline constexpr KeyFlags kDacDbiKeys = 0x20;     // a .NET runtime's DAC and DBI
inline constexpr KeyFlags kRuntimeKeys = 0x40;    // the runtime module itself, and nothing else
inline constexpr KeyFlags kPerfMapKeys = 0x80;    // the R2R perf map
inline constexpr KeyFlags kAllKeys = 0xff & ~kForceWindowsPdbs;

// "IdentityKey,SymbolKey", any case; "None" (also "NoneKeys") is 0 and "All" is kAllKeys.
// Error (kInvalidArgument) names the word that is none of them.
Result<KeyFlags> parse_key_flags(std::string_view text);

// Each key once. Dumps yield the keys of every loaded module. Nothing for a file without an id.
std::vector<std::string> symbol_keys(const Identity& identity, KeyFlags flags);

// Whether the kClrKeys of some .NET runtime may name a file of this base name.
bool is_clr_companion_name(std::string_view name);

}  // namespace sigla
