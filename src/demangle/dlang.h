// SPDX-License-Identifier: Apache-2.0
// D names made readable: qualified names with parameters and template arguments, without return
// types and attributes.
//   demangle_dlang("_D3std5stdio4File6__ctorMFAyaZS3std5stdio4File")
//       == "std.stdio.File.this(immutable(char)[])"
//
// Specification: dlang.org/spec/abi.html, "Name Mangling". Bounded in time, depth and output
// whatever the name: back references would let a short one become endless.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

// Nothing when it is none.
std::optional<std::string> demangle_dlang(std::string_view name);

}  // namespace sigla
