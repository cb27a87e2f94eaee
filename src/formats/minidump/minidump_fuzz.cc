// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "formats/minidump/dump.h"
#include "formats/minidump/identify.h"

// Every reader runs (dump) and whatever has a directory can be identified.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  const sigla::Limits limits;
  const auto text = sigla::minidump::dump_minidump(file, limits);
  const auto identity = sigla::minidump::identify_minidump(file, "x.dmp", limits);
  SIGLA_CHECK(text.has_value() == identity.has_value());
  return 0;
}
