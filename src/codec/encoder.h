// SPDX-License-Identifier: Apache-2.0
// Compression of one stream, for speed rather than the last per cent.
//
//   FileSink packed(file);
//   const auto encoder = make_encoder(Codec::kGzip, packed);
//   SIGLA_TRY(encoder->write(piece));
//   SIGLA_TRY(encoder->finish());
#pragma once

#include <memory>

#include "codec/decoder.h"
#include "codec/stream.h"

namespace sigla {

class Encoder : public ByteSink {
 public:
  // Makes everything written so far decodable by who has the packed bytes so far.
  virtual Status flush() = 0;
  // Ends the stream; nothing may be written afterwards. Without it the stream is truncated.
  virtual Status finish() = 0;
};

// Requires: codec is kGzip, kZlib, kDeflate (all level 1 of ISA-L) or kZstd (level 3).
// `packed` must outlive it.
std::unique_ptr<Encoder> make_encoder(Codec codec, ByteSink& packed);

// The whole content, in memory.
Buffer encode(Codec codec, Bytes content);

}  // namespace sigla
