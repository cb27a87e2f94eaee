// SPDX-License-Identifier: Apache-2.0
// Zstandard streams (RFC 8878) through libzstd. Use them by codec/decoder.h and codec/encoder.h;
// our form at rest, with random access, is codec/zstd_seekable.h.
#pragma once

#include <memory>

#include "codec/decoder.h"
#include "codec/encoder.h"

namespace sigla {

// Windows of up to 128 MiB (`zstd --long`) are read; larger ones are kUnsupported.
std::unique_ptr<Decompressor> make_zstd_decompressor();
std::unique_ptr<Encoder> make_zstd_encoder(ByteSink& packed, int level = 3);

}  // namespace sigla
