// SPDX-License-Identifier: Apache-2.0
// How to find a caller's frame in x86 code: the debug header's FPO stream (a record for each
// function that has no frame pointer) and its "new FPO" stream (frame data, with a small program in
// postfix notation). Addresses have been moved to where the code lies now. Programs are borrowed
// from the name table.
//
// FPO_DATA, 16 bytes (winnt.h): u32 offset, u32 size, u32 words of locals, u16 words of parameters,
// u16 bits: 0-7 prologue's size, 8-10 saved registers, 11 SEH, 12 the base pointer is used as a
// general register, 14-15 kind of frame. FRAMEDATA, 32 bytes (cvinfo.h): u32 address, u32 size,
// u32 bytes of locals, u32 of parameters, u32 of the stack at most, u32 program in /names, u16
// prologue's size, u16 bytes of saved registers, u32 flags.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/pdb/address_map.h"
#include "formats/pdb/name_table.h"

namespace sigla::pdb {

struct FrameRecord {
  RvaRange range;
  bool is_frame_data = false;
  std::uint32_t prologue_size = 0;
  std::uint32_t parameter_size = 0;
  std::uint32_t saved_register_size = 0;
  std::uint32_t local_size = 0;
  std::uint32_t max_stack_size = 0;
  bool uses_base_pointer = false;  // FPO
  std::string_view program;        // frame data
};

// In the streams' order, FPO first. A stream that is cut ends early.
Result<std::vector<FrameRecord>> read_frame_records(const Container& container,
                                                    const DbiStream& dbi,
                                                    const AddressMap& map,
                                                    const NameTable& names);

}  // namespace sigla::pdb
