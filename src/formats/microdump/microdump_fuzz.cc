// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "formats/microdump/microdump.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.minidump_module_count_max = 100;
  sigla::Diagnostics diagnostics;
  const auto dump = sigla::microdump::read_microdump({data, size}, limits, diagnostics);
  if (dump.has_value()) SIGLA_CHECK(dump->modules.size() <= limits.minidump_module_count_max);
  return 0;
}
