// SPDX-License-Identifier: Apache-2.0
// Writing one character as UTF-8.
#pragma once

#include <cstdint>
#include <string>

namespace sigla {

// Requires: `code_point` is at most U+10FFFF and no surrogate.
void append_utf8(std::string& out, std::uint64_t code_point);

}  // namespace sigla
