// SPDX-License-Identifier: Apache-2.0
// Writing one character as UTF-8.
#pragma once

#include <cstdint>
#include <string>

namespace sigla {

// Requires: `code_point` is at most U+10FFFF. A surrogate is written like any other, which is not
// well-formed.
void append_utf8(std::string& out, std::uint64_t code_point);

}  // namespace sigla
