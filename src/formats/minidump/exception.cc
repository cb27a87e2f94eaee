// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/exception.h"

namespace sigla::minidump {

Result<MINIDUMP_EXCEPTION_STREAM> read_exception(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(ExceptionStream));
  if (stream.size() != MINIDUMP_EXCEPTION_STREAM::kSize) {
    return malformed("minidump exception: {} bytes, expected {}",
                     stream.size(),
                     MINIDUMP_EXCEPTION_STREAM::kSize);
  }
  ByteReader reader = image.reader(stream);
  return MINIDUMP_EXCEPTION_STREAM::read(reader);
}

}  // namespace sigla::minidump
