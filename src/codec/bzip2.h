// SPDX-License-Identifier: Apache-2.0
// bzip2 through libbz2. Use it by codec/decoder.h.
#pragma once

#include <memory>

#include "codec/decoder.h"

namespace sigla {

std::unique_ptr<Decompressor> make_bzip2_decompressor();

}  // namespace sigla
