// SPDX-License-Identifier: Apache-2.0
// The exception directory of a PE image (.pdata): which function lies where and how it is unwound.
// All describe the instructions of a prologue one by one, so what holds at an address depends on
// how far the prologue had come; they are read into the same rows.
//
//   x64     { begin, end, UNWIND_INFO }         12 bytes, pe/unwind_x64.h
//   ARM64   { begin, packed or .xdata record }   8 bytes, pe/unwind_arm64.h
//   ARM     the same, begin + 1 for Thumb-2      8 bytes, pe/unwind_arm.h
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/diagnostics.h"
#include "formats/pe/image.h"

namespace sigla::pe {

struct UnwindFunction {
  std::uint32_t begin = 0;  // RVA
  std::uint32_t size = 0;
  std::uint32_t info = 0;  // RVA of its UNWIND_INFO or .xdata record, or a packed word
};

// From `offset` in the function on. Registers by their DWARF numbers; the CFA is the stack pointer
// before the call.
struct UnwindRow {
  struct Saved {
    std::uint16_t reg = 0;
    std::int32_t cfa_offset = 0;
  };
  std::uint32_t offset = 0;
  std::uint8_t cfa_register = 0;
  std::int64_t cfa_offset = 0;
  std::optional<std::int32_t> return_address_offset;  // from the CFA; else it is in lr
  // A trap's frame: the stack pointer lies at this offset from the CFA, and the return address is
  // where the caller was interrupted.
  std::optional<std::int32_t> interrupted_sp_offset;
  std::array<Saved, 48> saved;
  std::size_t saved_count = 0;

  // Replaces what was said of the register before.
  void save(std::uint16_t reg, std::int64_t cfa_offset_of_it);
};

// The functions of the image's exception directory, in its order; none for other processors. One
// that lies outside the image or has no size is reported and left out.
Result<std::vector<UnwindFunction>> unwind_functions(const Image& image, Diagnostics& diagnostics);

// The rows of a function, ascending; the first one is for offset 0. kMalformed and kUnsupported as
// usual, kLimitExceeded where records are chained too deep.
Status read_unwind_rows(const Image& image,
                        const UnwindFunction& function,
                        std::vector<UnwindRow>& rows);

}  // namespace sigla::pe
