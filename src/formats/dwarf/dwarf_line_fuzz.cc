// SPDX-License-Identifier: Apache-2.0
// The line program at the beginning of arbitrary bytes.
#include "formats/dwarf/line_table.h"
#include "formats/dwarf/testing_sections.h"

using sigla::Bytes;
namespace dwarf = sigla::dwarf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const dwarf::Sections sections = dwarf::unpack_sections(Bytes(data, size));
  sigla::Limits limits;
  const dwarf::CodeFilter filter({}, true);
  dwarf::LineTable table;
  static_cast<void>(table.read(sections, 0, dwarf::Encoding(), filter, limits));
  std::vector<dwarf::LineRow> rows;
  std::string path;
  std::uint64_t high = 0;
  for (const dwarf::LineSequence& sequence : table.sequences()) {
    SIGLA_CHECK(sequence.low >= high && sequence.low < sequence.high);
    high = sequence.high;
    rows.clear();
    table.append(sequence.low, sequence.high, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SIGLA_CHECK(rows[i].address >= sequence.low && rows[i].address < sequence.high);
      SIGLA_CHECK(i == 0 || rows[i - 1].address < rows[i].address);
      if (table.header().file_path(rows[i].file, "/c", path)) {
        SIGLA_CHECK(rows[i].file < table.header().file_limit());
      }
    }
  }
  return 0;
}
