// SPDX-License-Identifier: Apache-2.0
// Everything the WebAssembly reader reads, as stable text for comparison and review.
#pragma once

#include <string>

#include "formats/wasm/module.h"

namespace sigla::wasm {

std::string dump(const Module& module, const Limits& limits);

}  // namespace sigla::wasm
