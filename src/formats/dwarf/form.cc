// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/form.h"

namespace sigla::dwarf {

FormShape shape_of(std::uint64_t form) {
  switch (form) {
    case DW_FORM_sdata:
    case DW_FORM_udata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
    case DW_FORM_GNU_addr_index:
    case DW_FORM_GNU_str_index:
      return FormShape::kLeb128;
    case DW_FORM_string:
      return FormShape::kString;
    case DW_FORM_block1:
      return FormShape::kBlock1;
    case DW_FORM_block2:
      return FormShape::kBlock2;
    case DW_FORM_block4:
      return FormShape::kBlock4;
    case DW_FORM_block:
    case DW_FORM_exprloc:
      return FormShape::kBlock;
    case DW_FORM_indirect:
      return FormShape::kIndirect;
    case DW_FORM_LLVM_addrx_offset:
      return FormShape::kIndexAndOffset;
    case DW_FORM_addr:
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
    case DW_FORM_data16:
    case DW_FORM_flag:
    case DW_FORM_flag_present:
    case DW_FORM_implicit_const:
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_sec_offset:
    case DW_FORM_ref_addr:
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup4:
    case DW_FORM_ref_sup8:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
    case DW_FORM_addrx1:
    case DW_FORM_addrx2:
    case DW_FORM_addrx3:
    case DW_FORM_addrx4:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
      return FormShape::kFixed;
    default:
      return FormShape::kUnknown;
  }
}

std::uint32_t form_size(std::uint64_t form, Encoding encoding) {
  switch (form) {
    case DW_FORM_data1:
    case DW_FORM_flag:
    case DW_FORM_ref1:
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
      return 1;
    case DW_FORM_data2:
    case DW_FORM_ref2:
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
      return 2;
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
      return 3;
    case DW_FORM_data4:
    case DW_FORM_ref4:
    case DW_FORM_ref_sup4:
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
      return 4;
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup8:
      return 8;
    case DW_FORM_data16:
      return 16;
    case DW_FORM_addr:
      return encoding.address_size;
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_sec_offset:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
      return encoding.offset_size;
    case DW_FORM_ref_addr:  // an address in version 2, which knew no 64-bit DWARF
      return encoding.version <= 2 ? encoding.address_size : encoding.offset_size;
    default:  // DW_FORM_flag_present, DW_FORM_implicit_const
      return 0;
  }
}

std::uint64_t read_form(ByteReader& reader, std::uint64_t form, Encoding encoding) {
  switch (shape_of(form)) {
    case FormShape::kFixed: {
      if (form == DW_FORM_flag_present) return 1;
      const std::uint32_t size = form_size(form, encoding);
      if (size == 16) {
        reader.skip(16);
        return 0;
      }
      return size == 0 ? 0 : read_unsigned(reader, size);
    }
    case FormShape::kLeb128:
      return form == DW_FORM_sdata ? static_cast<std::uint64_t>(reader.sleb128())
                                   : reader.uleb128();
    case FormShape::kString: {
      const std::uint64_t position = reader.position();
      static_cast<void>(reader.cstring(SIZE_MAX));
      return position;
    }
    case FormShape::kBlock1:
      reader.skip(reader.u8());
      return 0;
    case FormShape::kBlock2:
      reader.skip(reader.u16());
      return 0;
    case FormShape::kBlock4:
      reader.skip(reader.u32());
      return 0;
    case FormShape::kBlock:
      reader.skip(reader.uleb128());
      return 0;
    case FormShape::kIndexAndOffset: {
      const std::uint64_t index = reader.uleb128();
      const std::uint64_t offset = reader.u32();
      if (index > UINT32_MAX) reader.fail();
      return offset << 32 | (index & UINT32_MAX);
    }
    case FormShape::kIndirect: {
      const std::uint64_t actual = reader.uleb128();
      // Its constant would stand in the abbreviation; and no producer points on twice.
      if (actual == DW_FORM_indirect || actual == DW_FORM_implicit_const) break;
      return read_form(reader, actual, encoding);
    }
    case FormShape::kUnknown:
      break;
  }
  reader.fail();
  return 0;
}

}  // namespace sigla::dwarf
