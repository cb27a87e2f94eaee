// SPDX-License-Identifier: Apache-2.0
// Symcache to Breakpad symbol text, in one canonical order: MODULE, INFO, FILE, INLINE_ORIGIN, FUNC
// by address with its INLINE and line records, PUBLIC by address, STACK WIN, STACK CFI by address.
// What overlapped something else when the symcache was made is not written.
#pragma once

#include <functional>
#include <string_view>

#include "symcache/symcache.h"

namespace sigla {

struct BreakpadTextOptions {
  bool cfi_only = false;  // STACK records alone
};

// Hands the text to `sink` in pieces, in order.
Status symcache_to_breakpad(const Symcache& cache,
                            const BreakpadTextOptions& options,
                            const std::function<Status(std::string_view)>& sink);

}  // namespace sigla
