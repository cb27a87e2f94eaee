// SPDX-License-Identifier: Apache-2.0
// Everything the Mach-O readers read, as stable text for comparison and review.
#pragma once

#include <string>

#include "formats/macho/image.h"

namespace sigla::macho {

std::string dump(const Image& image);

}  // namespace sigla::macho
