// SPDX-License-Identifier: Apache-2.0
// The instructions of CIEs and FDEs (DWARF 5, section 6.4.2), run into rows.
#pragma once

#include <string_view>
#include <vector>

#include "formats/dwarf/cfi.h"
#include "formats/dwarf/eh_pointer.h"

namespace sigla::dwarf {

enum : std::uint8_t {
  DW_CFA_nop = 0x00,
  DW_CFA_set_loc = 0x01,
  DW_CFA_advance_loc1 = 0x02,
  DW_CFA_advance_loc2 = 0x03,
  DW_CFA_advance_loc4 = 0x04,
  DW_CFA_offset_extended = 0x05,
  DW_CFA_restore_extended = 0x06,
  DW_CFA_undefined = 0x07,
  DW_CFA_same_value = 0x08,
  DW_CFA_register = 0x09,
  DW_CFA_remember_state = 0x0a,
  DW_CFA_restore_state = 0x0b,
  DW_CFA_def_cfa = 0x0c,
  DW_CFA_def_cfa_register = 0x0d,
  DW_CFA_def_cfa_offset = 0x0e,
  DW_CFA_def_cfa_expression = 0x0f,
  DW_CFA_expression = 0x10,
  DW_CFA_offset_extended_sf = 0x11,
  DW_CFA_def_cfa_sf = 0x12,
  DW_CFA_def_cfa_offset_sf = 0x13,
  DW_CFA_val_offset = 0x14,
  DW_CFA_val_offset_sf = 0x15,
  DW_CFA_val_expression = 0x16,
  DW_CFA_MIPS_advance_loc8 = 0x1d,
  DW_CFA_AARCH64_negate_ra_state_with_pc = 0x2c,
  DW_CFA_AARCH64_negate_ra_state = 0x2d,  // DW_CFA_GNU_window_save on SPARC
  DW_CFA_GNU_args_size = 0x2e,
  DW_CFA_GNU_negative_offset_extended = 0x2f,
  DW_CFA_advance_loc = 0x40,
  DW_CFA_offset = 0x80,
  DW_CFA_restore = 0xc0,
};

// What a CIE says of the instructions.
struct CfiFactors {
  std::uint64_t code = 1;
  std::int64_t data = 1;
  std::uint8_t address_encoding = DW_EH_PE_absptr;
};

class CfiProgram {
 public:
  CfiProgram(const CfiFactors& factors, const EhBases& bases, const Limits& limits)
      : factors_(factors), bases_(bases), limits_(limits) {}

  // Runs a CIE's instructions, which leave a row and move nowhere.
  Status run_initial(ByteReader instructions, CfiRow& row);
  // Runs those of an FDE, beginning with `initial`, which is also what registers are restored to.
  // Rows before an instruction that cannot be read have been handed out, then one without a CFA.
  Status run(ByteReader instructions,
             const CfiEntry& entry,
             const CfiRow& initial,
             CfiVisitor& visitor);

 private:
  static constexpr std::size_t kStateDepthMax = 64;  // remembered states; compilers nest 2

  Status take(ByteReader& reader);
  Status take_extended(std::uint8_t opcode, ByteReader& reader);
  Status take_cfa(std::uint8_t opcode, ByteReader& reader);
  Status advance_to(std::uint64_t address);
  Status set(std::uint64_t reg, const CfiRule& rule);
  Status restore(std::uint64_t reg);
  Status restore_state();
  std::int64_t factored(std::uint64_t offset) const {
    return static_cast<std::int64_t>(offset * static_cast<std::uint64_t>(factors_.data));
  }

  const CfiFactors factors_;
  const EhBases bases_;
  const Limits& limits_;
  CfiRow row_;
  std::uint64_t address_ = 0;
  std::uint64_t end_ = 0;
  bool is_past_end_ = false;
  const CfiRow* initial_ = nullptr;  // null in a CIE
  CfiVisitor* visitor_ = nullptr;
  std::vector<CfiRow> states_;
};

}  // namespace sigla::dwarf
