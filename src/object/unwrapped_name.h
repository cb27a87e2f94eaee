// SPDX-License-Identifier: Apache-2.0
// What a compressed file is called without its compression.
#pragma once

#include <string_view>

#include "object/object.h"

namespace sigla {

// "foo.pdb" for "foo.pdb.gz"; a name without such an extension stays as it is. A cabinet says
// itself what its file is called.
std::string_view unwrapped_name(std::string_view file_name, Wrapping wrapping);

}  // namespace sigla
