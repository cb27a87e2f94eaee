// SPDX-License-Identifier: Apache-2.0
// The functions a WebAssembly module defines, by its code section, and what they are called: by the
// custom section "name" (Core Specification appendix 7.4.1) or else by their exports. Borrows the
// module's bytes.
//
//   code section (5.5.13): count uleb, then count x { size uleb, body }
//   Function numbers count the imported functions first (2.5.1).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/wasm/module.h"

namespace sigla::wasm {

struct Function {
  std::uint64_t address = 0;  // of its body in the file: what engines put into stack traces
  std::uint64_t size = 0;
  std::string_view name;  // may be empty
};

// Ascending by address. Names that cannot be read are left out.
Result<std::vector<Function>> functions_of(const Module& module, const Limits& limits);

}  // namespace sigla::wasm
