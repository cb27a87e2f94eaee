// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "codec/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.entry_count_max = 100;
  limits.entry_size_max = 1U << 20U;
  limits.unpacked_size_max = 4U << 20U;
  auto file = sigla::File::create_in_memory("fuzz");
  SIGLA_CHECK(file.has_value() && file->write_all({data, size}).has_value());
  sigla::UnpackBudget budget;
  const auto archive = sigla::ArchiveReader::open(*file, limits, budget);
  if (!archive.has_value()) return 0;
  while (true) {
    const auto entry = (*archive)->next();
    if (!entry.has_value() || !entry->has_value()) break;
    sigla::BufferSink sink;
    const auto extracted = (*archive)->extract(sink);
    SIGLA_CHECK(sink.buffer().size() <= limits.entry_size_max);
    SIGLA_CHECK(!extracted.has_value() || *extracted == sink.buffer().size());
    SIGLA_CHECK(budget.unpacked_size <= limits.unpacked_size_max + limits.entry_size_max);
  }
  return 0;
}
