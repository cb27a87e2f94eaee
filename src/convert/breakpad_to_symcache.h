// SPDX-License-Identifier: Apache-2.0
// Breakpad symbol file to symcache, in one pass over the text.
#pragma once

#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"

namespace sigla {

// Hands the symcache to `sink` in pieces, in order. What had to be skipped is reported to
// `diagnostics`; only a file without a usable MODULE record, or one past the limits, is an error.
Status breakpad_to_symcache(Bytes file,
                            std::string_view file_name,
                            const Limits& limits,
                            Diagnostics& diagnostics,
                            const std::function<Status(Bytes)>& sink);

}  // namespace sigla
