// SPDX-License-Identifier: Apache-2.0
// The binary annotations of S_INLINESITE: which code an inlined call is, and the lines of the
// callee it comes from (microsoft-pdb, cvinfo.h, BinaryAnnotationOpcode).
//
// A program of opcodes and operands, each a compressed number of 1, 2 or 4 bytes (the top bits 0,
// 10 or 110; big-endian), a signed operand with its sign in the lowest bit. Opcodes that move the
// code offset begin a row:
//
//   06 0a     line +5                     the line of the callee's definition, plus 5 ...
//   03 23     code +0x23                  ... begins 0x23 bytes into the function
//   0b 2c     line +1, code +0xc          and holds up to the next row,
//   0c 20 03  code +3, for 0x20 bytes     or for as long as it says
//
// BA_OP_ChangeCodeLength ends the row and moves on by its length, as clang writes it and debuggers
// read it; the length of BA_OP_ChangeCodeLengthAndCodeOffset moves nothing (Visual C++ 14.44).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sigla::pdb {

struct InlineRow {
  std::uint32_t chunk = 0;   // 0: the function itself; else which of its separated parts
  std::uint32_t offset = 0;  // from the chunk's start
  std::uint32_t size = 0;
  std::uint32_t file = 0;  // offset in the module's file checksums
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

class InlineAnnotations {
 public:
  // `file` and `line` are those of the callee's definition.
  InlineAnnotations(Bytes annotations, std::uint32_t file, std::uint32_t line)
      : rest_(annotations), line_(line) {
    next_.file = file;
  }

  // Rows of code, never empty; in the order the compiler wrote them, which need not ascend. False
  // at the end, or at an opcode that nobody defined.
  bool next(InlineRow& row);

 private:
  bool number(std::uint32_t& value);
  bool step(InlineRow& row, bool& has_row);
  // Ends the pending row before the next one begins; whether there was any code to it.
  bool begin_row(InlineRow& row);
  bool end_row(std::uint32_t size, InlineRow& row);

  Bytes rest_;
  std::uint32_t line_;
  InlineRow next_;     // registers
  InlineRow pending_;  // a row whose end is not known yet
  bool is_pending_ = false;
};

}  // namespace sigla::pdb
