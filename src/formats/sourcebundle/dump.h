// SPDX-License-Identifier: Apache-2.0
// Everything the source bundle reader reads, as stable text for comparison and review.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::sourcebundle {

Result<std::string> dump(Bytes file, const Limits& limits);

}  // namespace sigla::sourcebundle
