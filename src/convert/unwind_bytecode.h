// SPDX-License-Identifier: Apache-2.0
// DWARF expressions, as call frame information uses them, to the bytecode of a symcache.
#pragma once

#include <bit>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla {

struct DwarfExpression {
  Bytes code;
  std::endian order = std::endian::little;
  std::uint8_t address_size = 8;
  // Rules of registers begin with the CFA on the stack, the rule of the CFA with nothing.
  bool starts_with_cfa = false;
};

// Nothing when an operation is not one that call frame information may use (DWARF 5, section
// 6.4.2.4), a branch leads elsewhere than to an operation, or there are more than
// `postfix_token_count_max`.
std::optional<Buffer> unwind_bytecode(const DwarfExpression& expression, const Limits& limits);

}  // namespace sigla
