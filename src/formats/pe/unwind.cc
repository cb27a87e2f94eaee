// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/unwind.h"

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "formats/pe/unwind_arm.h"
#include "formats/pe/unwind_arm64.h"
#include "formats/pe/unwind_x64.h"

namespace sigla::pe {

void UnwindRow::save(std::uint16_t reg, std::int64_t cfa_offset_of_it) {
  const auto offset_of_it = static_cast<std::int32_t>(cfa_offset_of_it);
  for (std::size_t i = 0; i < saved_count; ++i) {
    if (saved[i].reg != reg) continue;
    saved[i].cfa_offset = offset_of_it;
    return;
  }
  if (saved_count < saved.size()) saved[saved_count++] = {reg, offset_of_it};
}

Result<std::vector<UnwindFunction>> unwind_functions(const Image& image, Diagnostics& diagnostics) {
  std::vector<UnwindFunction> functions;
  const bool is_x64 = image.header().machine == IMAGE_FILE_MACHINE_AMD64;
  const bool is_arm = image.header().machine == IMAGE_FILE_MACHINE_ARMNT;
  if (!is_x64 && !is_arm && image.header().machine != IMAGE_FILE_MACHINE_ARM64) return functions;
  if (image.directory(kExceptionTable).size == 0) return functions;
  SIGLA_TRY_ASSIGN(const Bytes table, image.data_of(kExceptionTable));
  const std::size_t record_size = is_x64 ? 12 : 8;
  functions.reserve(table.size() / record_size);
  ByteReader reader(table);
  while (reader.remaining() >= record_size) {
    UnwindFunction function;
    function.begin = reader.u32();
    const std::uint32_t end = is_x64 ? reader.u32() : 0;
    function.info = reader.u32();
    if (function.begin == 0 && function.info == 0) continue;  // padding
    if (is_x64) {
      function.size = end > function.begin ? end - function.begin : 0;
    } else {
      const auto size = is_arm ? arm_function_size(image, function.info)
                               : arm64_function_size(image, function.info);
      if (size.has_value()) function.size = *size;
    }
    if (is_arm) function.begin &= ~std::uint32_t{1};  // Thumb
    if (function.size == 0) {
      diagnostics.report("exception directory: function without a size",
                         fmt::format("{:#x}", function.begin));
      continue;
    }
    functions.push_back(function);
  }
  return functions;
}

Status read_unwind_rows(const Image& image,
                        const UnwindFunction& function,
                        std::vector<UnwindRow>& rows) {
  switch (image.header().machine) {
    case IMAGE_FILE_MACHINE_AMD64:
      return read_x64_rows(image, function, rows);
    case IMAGE_FILE_MACHINE_ARMNT:
      return read_arm_rows(image, function, rows);
    default:
      return read_arm64_rows(image, function, rows);
  }
}

}  // namespace sigla::pe
