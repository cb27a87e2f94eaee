// SPDX-License-Identifier: Apache-2.0
// A module's line information, C13 or (first byte odd) C11.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/pdb/module_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace pdb = sigla::pdb;
  if (size == 0) return 0;
  // One section, code from 0x1000 up to 0x11000.
  std::vector<std::uint8_t> header(40);
  header[10] = 1;     // size
  header[13] = 0x10;  // address
  header[36] = 0x20;  // code
  const pdb::AddressMap map(header, {});
  const sigla::Bytes input(data + 1, size - 1);
  const bool is_c11 = (data[0] & 1U) != 0;
  pdb::ModuleLines lines(is_c11 ? input : sigla::Bytes(), is_c11 ? sigla::Bytes() : input, map);

  const pdb::NameTable names;
  std::vector<pdb::LineRow> rows;
  lines.append_rows({0, UINT32_MAX}, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SIGLA_CHECK(rows[i].rva >= 0x1000 && rows[i].rva <= 0x11000);
    SIGLA_CHECK(i == 0 || rows[i - 1].rva <= rows[i].rva);
    static_cast<void>(lines.file_name(rows[i].file, names));
  }
  const std::size_t all = rows.size();
  rows.clear();
  lines.append_rows({0x1100, 0x1200}, rows);
  SIGLA_CHECK(rows.size() <= all);
  for (std::uint32_t id = 0x1000; id < 0x1010; ++id) {
    const pdb::InlineeLine* line = lines.find_inlinee(id);
    SIGLA_CHECK(line == nullptr || line->inlinee == id);
  }
  return 0;
}
