// SPDX-License-Identifier: Apache-2.0
// libmspack's view of the world: one input file and one output sink, whatever names it asks for.
#pragma once

#include <mspack.h>

#include <optional>

#include "codec/stream.h"

namespace sigla {

// Passed to libmspack as its mspack_system; must stay where it is while the library uses it.
struct MspackSystem : mspack_system {
  explicit MspackSystem(const File& input_file);
  MspackSystem(const MspackSystem&) = delete;
  MspackSystem& operator=(const MspackSystem&) = delete;

  const File* input;
  ByteSink* output = nullptr;
  std::optional<Error> error;  // the first failure of the input or output
};

// What an MSPACK_ERR_ code means: the system's own error if there is one.
Error mspack_failure(int code, const MspackSystem& system);

}  // namespace sigla
