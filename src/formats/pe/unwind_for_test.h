// SPDX-License-Identifier: Apache-2.0
// Unwind rows of one function as text, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/pe/pe_for_test.h"
#include "formats/pe/unwind.h"
#include "testing/matchers.h"

namespace sigla::pe {

// "4: r7+16 ra-8 3@-16": from offset 4 on CFA = register 7 + 16, the return address at CFA - 8, and
// register 3 at CFA - 16. Without "ra" it is in lr.
inline std::string text(const UnwindRow& row) {
  std::string out = fmt::format("{}: r{}{:+}", row.offset, row.cfa_register, row.cfa_offset);
  if (row.return_address_offset) out += fmt::format(" ra{:+}", *row.return_address_offset);
  if (row.interrupted_sp_offset) out += fmt::format(" sp@{:+}", *row.interrupted_sp_offset);
  for (std::size_t i = 0; i < row.saved_count; ++i) {
    out += fmt::format(" {}@{:+}", row.saved[i].reg, row.saved[i].cfa_offset);
  }
  return out;
}

class PeUnwind : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kRecord = 0x1000;  // what a test puts first lies here

  // The rows of [0x2000, 0x2000 + size) with this unwind record.
  Result<std::vector<std::string>> rows(std::uint16_t machine,
                                        Bytes record,
                                        std::uint32_t size = 0x100,
                                        std::uint32_t info = kRecord) {
    PeForTest pe;
    pe.machine = machine;
    pe.section.assign(record.begin(), record.end());
    const Buffer file = pe.build();
    SIGLA_TRY_ASSIGN(const auto image, Image::open(file, Limits()));
    std::vector<UnwindRow> found;
    SIGLA_TRY(read_unwind_rows(image, {.begin = 0x2000, .size = size, .info = info}, found));
    std::vector<std::string> lines;
    for (const UnwindRow& row : found) lines.push_back(text(row));
    return lines;
  }
  Result<std::vector<std::string>> x64(Bytes record) {
    return rows(IMAGE_FILE_MACHINE_AMD64, record);
  }
  Result<std::vector<std::string>> arm64(Bytes record, std::uint32_t info = kRecord) {
    return rows(IMAGE_FILE_MACHINE_ARM64, record, 0x100, info);
  }
  Result<std::vector<std::string>> arm(Bytes record, std::uint32_t info = kRecord) {
    return rows(IMAGE_FILE_MACHINE_ARMNT, record, 0x100, info);
  }
};

}  // namespace sigla::pe
