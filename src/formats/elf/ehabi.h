// SPDX-License-Identifier: Apache-2.0
// ARM's exception index ("Exception Handling ABI for the Arm Architecture", EHABI32): how the
// frames of 32-bit ARM programs are unwound, which have no .eh_frame as a rule.
//
//   .ARM.exidx   { place of the function, "cannot unwind" | instructions | place of a record } ...
//   .ARM.extab   records: instructions and what a language's personality wants
//
// Places are relative to themselves ("prel31"). The instructions undo a frame from inside out; they
// hold for the body of a function, not for its prologue.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "formats/elf/image.h"

namespace sigla::elf {

struct EhabiFrame {
  std::uint32_t cfa_register = 13;
  std::int64_t cfa_offset = 0;
  // Core registers (r0 to r15) and doubles (256 + number, as DWARF has them), from the CFA.
  std::vector<std::pair<std::uint32_t, std::int64_t>> saved;
};

struct EhabiFunction {
  std::uint64_t address = 0;  // Thumb bit cleared
  std::uint64_t size = 0;     // up to the next one, or to the end of its section
  EhabiFrame frame;
};

// Ascending; empty for a file without .ARM.exidx. EXIDX_CANTUNWIND says nothing (linkers write it
// for code that was compiled without tables), and functions whose instructions cannot be followed
// are reported; both are left out.
Result<std::vector<EhabiFunction>> ehabi_functions(const Image& image, Diagnostics& diagnostics);

// The frame that these instructions undo (EHABI32, section 10.3).
Result<EhabiFrame> run_ehabi(Bytes instructions);

}  // namespace sigla::elf
