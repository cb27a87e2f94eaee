// SPDX-License-Identifier: Apache-2.0
// Everything the ELF readers read, as stable text for comparison and review.
#pragma once

#include <string>

#include "base/limits.h"
#include "formats/elf/image.h"

namespace sigla::elf {

std::string dump(const Image& image, const Limits& limits);

}  // namespace sigla::elf
