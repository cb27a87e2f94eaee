// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "formats/perfmap/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  const auto identity = sigla::perfmap::identify_perfmap(file, "a.r2rmap");
  if (!identity.has_value()) return 0;
  SIGLA_CHECK(sigla::perfmap::is_perfmap(file));
  SIGLA_CHECK(identity.value().perfmap_signature.size() == 32);
  return 0;
}
