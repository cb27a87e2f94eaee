// SPDX-License-Identifier: Apache-2.0
// The column object.features: the flags of an Identity as bits.
#pragma once

#include <cstdint>

#include "ident/identity.h"

namespace sigla::sqlite {

std::int64_t pack_features(const Identity& identity);
void unpack_features(std::int64_t features, Identity& identity);

}  // namespace sigla::sqlite
