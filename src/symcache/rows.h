// SPDX-License-Identifier: Apache-2.0
// A row of a function while a symcache is written: what holds from its address up to the next
// row's.
#pragma once

#include <cstdint>

namespace sigla::symcache {

struct Row {
  std::uint64_t address = 0;
  std::uint32_t scope = 0;  // 0: the function itself; else index of an inlined call + 1
  std::uint32_t file = 0;   // number in the run + 1; 0: no line record here
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint64_t line_address = 0;  // where the line record began; meaningless without one
};

}  // namespace sigla::symcache
