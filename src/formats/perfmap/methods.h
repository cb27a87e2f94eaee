// SPDX-License-Identifier: Apache-2.0
// The methods of an R2R perf map (header.h): the lines behind its header.
//
//   000115E0 3F System.Runtime.CompilerServices.NullableAttribute::.ctor(System.Byte)
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/diagnostics.h"

namespace sigla::perfmap {

struct Method {
  std::uint32_t rva = 0;
  std::uint32_t size = 0;
  std::string_view name;  // borrows the file
};

// Lines that cannot be read are left out and reported by their number.
void read_methods(Bytes file,
                  const std::function<void(const Method&)>& visit,
                  Diagnostics& diagnostics);

}  // namespace sigla::perfmap
