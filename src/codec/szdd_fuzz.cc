// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "codec/szdd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.entry_size_max = 1U << 20U;
  auto file = sigla::File::create_in_memory("fuzz");
  SIGLA_CHECK(file.has_value() && file->write_all({data, size}).has_value());
  if (!sigla::is_szdd_or_kwaj({data, size})) return 0;
  sigla::BufferSink sink;
  const auto unpacked = sigla::unpack_szdd_or_kwaj(*file, sink, limits);
  SIGLA_CHECK(sink.buffer().size() <= limits.entry_size_max);
  SIGLA_CHECK(!unpacked.has_value() || *unpacked == sink.buffer().size());
  return 0;
}
