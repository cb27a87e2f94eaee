// SPDX-License-Identifier: Apache-2.0
// Everything the reader sees in a PE file, as stable text: for golden tests, and to compare with
// llvm-readobj.
#pragma once

#include <string>

#include "formats/pe/image.h"

namespace sigla::pe {

std::string dump(const Image& image);

}  // namespace sigla::pe
