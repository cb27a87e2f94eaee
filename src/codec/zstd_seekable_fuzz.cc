// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "codec/zstd_seekable.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto file = sigla::File::create_in_memory("fuzz");
  SIGLA_CHECK(file.has_value());
  SIGLA_CHECK(file->write_all({data, size}).has_value());
  auto reader = sigla::SeekableReader::open(std::make_shared<const sigla::File>(std::move(*file)));
  if (!reader.has_value()) return 0;
  sigla::Buffer buffer(70'000);
  for (std::uint64_t offset = 0; offset < reader->size(); offset += buffer.size()) {
    const auto count = reader->read_at(buffer, offset);
    if (!count.has_value()) break;
    SIGLA_CHECK(*count == std::min<std::uint64_t>(buffer.size(), reader->size() - offset));
  }
  return 0;
}
