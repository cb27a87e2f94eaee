// SPDX-License-Identifier: Apache-2.0
// Functions and inlined calls of arbitrary .debug_info. The input is cut into the sections by the
// sizes at its beginning, so that one input can hold them all.
#include "formats/dwarf/dump.h"
#include "formats/dwarf/functions.h"
#include "formats/dwarf/testing_sections.h"

using sigla::Bytes;
namespace dwarf = sigla::dwarf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const dwarf::Sections sections = dwarf::unpack_sections(Bytes(data, size));
  sigla::Limits limits;
  limits.record_count_max = 100'000;
  sigla::Diagnostics diagnostics;
  auto info = dwarf::DebugInfo::open(sections, limits, diagnostics);
  info.set_supplementary(&info);
  const dwarf::CodeFilter filter({}, true);
  dwarf::FunctionReader reader;
  for (const dwarf::Unit& unit : info.units()) {
    SIGLA_CHECK(unit.offset < unit.first_die && unit.end <= sections.info.size());
    if (unit.abbrevs == nullptr) continue;
    static_cast<void>(reader.read({&info, &unit, &info, &unit}, filter));
    for (std::size_t i = 0; i < reader.functions().size(); ++i) {
      const dwarf::Function& function = reader.functions()[i];
      SIGLA_CHECK(function.name < reader.names().size());
      SIGLA_CHECK(function.range_count != 0);
      for (std::uint32_t k = 0; k < function.call_count; ++k) {
        const dwarf::Call& call = reader.calls()[function.first_call + k];
        SIGLA_CHECK(call.function == i && call.name < reader.names().size());
        SIGLA_CHECK(call.parent == dwarf::Call::kFunctionItself ||
                    (call.parent >= function.first_call && call.parent < function.first_call + k));
      }
    }
    for (const dwarf::AddressRange& range : reader.ranges()) SIGLA_CHECK(range.low < range.high);
  }
  static_cast<void>(dwarf::dump(sections, limits));
  return 0;
}
