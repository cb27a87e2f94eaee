// SPDX-License-Identifier: Apache-2.0
#include "codec/encoder.h"

#include "codec/zlib.h"
#include "codec/zstd.h"

namespace sigla {

std::unique_ptr<Encoder> make_encoder(Codec codec, ByteSink& packed) {
  switch (codec) {
    case Codec::kGzip:
    case Codec::kZlib:
    case Codec::kDeflate:
      return make_deflater(codec, packed);
    case Codec::kZstd:
      return make_zstd_encoder(packed);
    case Codec::kXz:
    case Codec::kBzip2:
    case Codec::kLz4:
      break;
  }
  SIGLA_CHECK(false);
}

Buffer encode(Codec codec, Bytes content) {
  BufferSink packed;
  const auto encoder = make_encoder(codec, packed);
  SIGLA_CHECK(encoder->write(content).has_value());
  SIGLA_CHECK(encoder->finish().has_value());
  return std::move(packed).take();
}

}  // namespace sigla
