// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "codec/deflate64.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::MemorySource packed({data, size});
  sigla::BufferSink sink(1U << 20U);
  const auto status = sigla::inflate64(packed, sink);
  // A symbol of one bit and 16 extra ones is the most that a match of 65,538 bytes can cost.
  SIGLA_CHECK(!status.has_value() || sink.buffer().size() <= size * 8 * 65'538);
  return 0;
}
