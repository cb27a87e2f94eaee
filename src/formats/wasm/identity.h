// SPDX-License-Identifier: Apache-2.0
// What a WebAssembly module is and what it is looked up by: its build id is the code id, the first
// 16 bytes of it (zero-padded) the debug id.
//
// Kind: relocatable with a custom section "linking", a debug file with .debug_info and no code, and
// else a library, since a module runs inside something else.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/wasm/module.h"
#include "ident/identity.h"

namespace sigla::wasm {

// `name` is what the sender called the file; an empty one is replaced by the module's own.
Result<Identity> identify_wasm(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::wasm
