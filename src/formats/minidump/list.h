// SPDX-License-Identifier: Apache-2.0
// What the list streams share: a 32-bit count, four bytes of padding in the dumps of some writers,
// and that many records. (Padding: MiniDumpWriteDump never, Breakpad's Linux writer on 64-bit
// hosts.)
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

template <typename Record>
Result<std::vector<Record>> read_list(const Image& image,
                                      Bytes stream,
                                      std::uint32_t count_max,
                                      std::string_view what) {
  ByteReader reader = image.reader(stream);
  const std::uint32_t count = reader.u32();
  SIGLA_TRY(reader.finish(what));
  if (count > count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries are more than the limit of {}",
                      what,
                      count,
                      count_max);
  }
  const std::uint64_t size = std::uint64_t{count} * Record::kSize;
  if (stream.size() == size + 8) {
    reader.skip(4);
  } else if (stream.size() != size + 4) {
    return malformed("{}: {} entries do not make {} bytes", what, count, stream.size());
  }
  std::vector<Record> records;
  records.reserve(std::min<std::size_t>(count, reader.remaining() / Record::kSize));
  for (std::uint32_t i = 0; i < count; ++i) records.push_back(Record::read(reader));
  SIGLA_TRY(reader.finish(what));
  return records;
}

}  // namespace sigla::minidump
