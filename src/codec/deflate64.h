// SPDX-License-Identifier: Apache-2.0
// Deflate64, method 9 of zip, in which Windows Explorer writes files over 2 GB. No library that we
// use reads it. It is deflate (RFC 1951) but for this:
//   window       64 KiB instead of 32
//   length 285   3 + 16 extra bits, instead of 258
//   distances    30 and 31 exist: 32769 and 49153, + 14 extra bits
#pragma once

#include "codec/stream.h"

namespace sigla {

// Unpacks one stream from `packed` into `sink`, which has to stop it (as ArchiveMeter does) when
// too much comes out.
Status inflate64(ByteSource& packed, ByteSink& sink);

}  // namespace sigla
