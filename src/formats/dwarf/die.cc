// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/die.h"

namespace sigla::dwarf {

std::size_t DieValues::read(Bytes info,
                            std::endian order,
                            std::size_t position,
                            const AbbrevTable& table,
                            const Abbrev& abbrev,
                            Encoding encoding) {
  present_ = 0;
  ByteReader reader(info, order);
  reader.seek(position);
  const Step* step = table.steps(abbrev);
  for (const Step* end = step + abbrev.step_count; step != end; ++step) {
    switch (step->action) {
      case Action::kSkip:
        reader.skip(step->argument);
        break;
      case Action::kSkipLeb128:
        while (reader.u8() >= 0x80) {  // signed or not, and of any length
        }
        break;
      case Action::kSkipForm:
        skip_form(reader, step->form, encoding);
        break;
      case Action::kConstant:
        set(step->slot, step->form, table.constant(step->argument));
        break;
      case Action::kRead: {
        std::uint16_t form = step->form;
        if (form == DW_FORM_indirect) {
          // An unknown form, a wider one too, fails the reader below.
          const std::uint64_t actual = reader.uleb128();
          form = actual == DW_FORM_indirect || actual == DW_FORM_implicit_const || actual > 0xffff
                     ? std::uint16_t{0}
                     : static_cast<std::uint16_t>(actual);
        }
        if (step->argument != 0 && step->argument <= 8) {
          set(step->slot, form, read_unsigned(reader, step->argument));
        } else {
          set(step->slot, form, read_form(reader, form, encoding));
        }
        break;
      }
    }
  }
  return reader.ok() ? reader.position() : kFailed;
}

}  // namespace sigla::dwarf
