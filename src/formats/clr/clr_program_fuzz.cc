// SPDX-License-Identifier: Apache-2.0
// The metadata of an assembly, every type, method and signature of it.
#include <cstddef>
#include <cstdint>

#include "formats/clr/dump.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Limits limits;
  const auto program = sigla::clr::Program::open(sigla::Bytes(data, size), limits);
  if (program.has_value()) SIGLA_CHECK(!sigla::clr::dump(program.value()).empty());
  return 0;
}
