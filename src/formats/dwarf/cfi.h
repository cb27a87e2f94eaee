// SPDX-License-Identifier: Apache-2.0
// Call frame information: .debug_frame (DWARF 5, section 6.4; versions 1, 3 and 4) and .eh_frame
// (Linux Standard Base, chapter 10.6), in either byte order, with 32-bit and 64-bit lengths.
//
//   CIE   length, id, version, augmentation, alignment factors, return address column, instructions
//   FDE   length, its CIE, first address, byte count, instructions
//
// read_cfi() runs the instructions of every FDE and hands out the rows of the table they describe.
// Expressions are handed on as they are, borrowed from the section.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"

namespace sigla::dwarf {

struct CfiSection {
  Bytes data;
  bool is_eh_frame = false;
  std::endian order = std::endian::little;
  std::uint8_t address_size = 8;  // 4 or 8; version 4 says it itself
  std::uint64_t address = 0;      // of the section, for pc-relative pointers
  std::uint64_t text_base = 0;    // what DW_EH_PE_textrel pointers count from
  std::uint64_t data_base = 0;    // what DW_EH_PE_datarel pointers count from
  // A record of length 0 ends it. Otherwise one is only where a linker input ended.
  bool ends_at_terminator = false;
};

struct CfiRule {
  enum class Kind : std::uint8_t {
    kUnspecified,
    kUndefined,
    kSameValue,
    kOffset,         // the word at CFA + offset
    kValOffset,      // CFA + offset
    kRegister,       // another register; of the CFA: register + offset
    kExpression,     // the word at the expression's value; of the CFA: the value
    kValExpression,  // the expression's value
  };
  Kind kind = Kind::kUnspecified;
  std::uint32_t reg = 0;
  std::int64_t offset = 0;
  Bytes expression = {};
};

// One row: how the CFA and the registers of a caller are found.
struct CfiRow {
  CfiRule cfa;
  std::vector<std::pair<std::uint32_t, CfiRule>> registers;  // no register twice

  // Unspecified when there is none.
  CfiRule rule_of(std::uint32_t reg) const;
  void set(std::uint32_t reg, const CfiRule& rule);
  void remove(std::uint32_t reg);
};

struct CfiEntry {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint32_t return_address_register = 0;
  bool is_signal_frame = false;  // augmentation 'S'
};

class CfiVisitor {
 public:
  virtual ~CfiVisitor() = default;
  // An FDE begins; its rows follow, unless the answer is false.
  virtual bool on_entry(const CfiEntry& entry) = 0;
  // From this address on; addresses ascend and the first one is the entry's.
  virtual void on_row(std::uint64_t address, const CfiRow& row) = 0;
};

// A record that cannot be read is reported and left out, and so are the rows after an instruction
// that cannot. An error (kLimitExceeded) only where CIEs have more rules than
// `unwind_rules_size_max` bytes hold.
Status read_cfi(const CfiSection& section,
                const Limits& limits,
                Diagnostics& diagnostics,
                CfiVisitor& visitor);

}  // namespace sigla::dwarf
