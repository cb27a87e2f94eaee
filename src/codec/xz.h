// SPDX-License-Identifier: Apache-2.0
// .xz and .lzma through liblzma. Use it by codec/decoder.h.
#pragma once

#include <memory>

#include "codec/decoder.h"

namespace sigla {

// Dictionaries that need more than 256 MiB of memory are kUnsupported (xz -9 needs 65 MiB).
std::unique_ptr<Decompressor> make_xz_decompressor();

}  // namespace sigla
