// SPDX-License-Identifier: Apache-2.0
// Files of COMPRESS.EXE (`SZDD`) and of its sibling `KWAJ`: the `.pd_` of old SDKs and drivers.
// Through libmspack.
#pragma once

#include "base/limits.h"
#include "codec/stream.h"
#include "os/file.h"

namespace sigla {

bool is_szdd_or_kwaj(Bytes start);

// Unpacks the file into `sink` and returns the size of its content.
Result<std::uint64_t> unpack_szdd_or_kwaj(const File& file, ByteSink& sink, const Limits& limits);

}  // namespace sigla
