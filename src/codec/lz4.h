// SPDX-License-Identifier: Apache-2.0
// LZ4 frames (lz4_Frame_format.md 1.6) through liblz4, as lz4 and older systemd-coredump write
// them; any number of frames, skippable ones included. Use it by codec/decoder.h.
#pragma once

#include <memory>

#include "codec/decoder.h"

namespace sigla {

std::unique_ptr<Decompressor> make_lz4_decompressor();

}  // namespace sigla
